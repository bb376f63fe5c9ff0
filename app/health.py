"""Two questions a platform asks: does the process answer, and may traffic come to it?"""

import shutil

from sqlalchemy import text
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response

from app.db import Database, database, transaction
from app.migrate import fits

LOW_WATER_BYTES = 64 * 1024 * 1024


async def healthz(request: Request) -> Response:
    """The process answers; the database is not touched."""
    return PlainTextResponse("ok")


async def readyz(request: Request) -> Response:
    """200 when work can be taken, else 503; JSON names each check. Meta and Claude are never asked."""
    checks = {
        "database": await takes_a_write(),
        "schema": await is_current(database()),
        "disk": has_room(database()),
        "intake": request.app.state.intake.has_room,
    }
    return JSONResponse(checks, status_code=200 if all(checks.values()) else 503)


async def takes_a_write() -> bool:
    try:
        async with transaction() as session:
            await session.execute(text("UPDATE live_seq SET n = n WHERE id = 1"))
    except Exception:  # whatever it is, no traffic should come; what asked for work logs the fault
        return False
    return True


async def is_current(opened: Database) -> bool:
    try:
        return await fits(opened)
    except Exception:  # see above
        return False


def has_room(opened: Database) -> bool:
    """Whether the disk under a SQLite file is above its low-water mark; true for servers elsewhere."""
    if not opened.is_sqlite or not opened.url.database:
        return True
    return shutil.disk_usage(opened.url.database.rsplit("/", 1)[0] or "/").free > LOW_WATER_BYTES
