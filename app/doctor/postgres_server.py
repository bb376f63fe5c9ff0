"""The Postgres server: whether what it commits stays, and whether our pools fit into it."""

from collections.abc import AsyncIterator
from typing import Any

from sqlalchemy import text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine
from sqlalchemy.pool import NullPool

from app import clock
from app.doctor.checks import Check, clock_check, ok, schema_check, warning, wrong
from app.migrate import current_revision_of, newest_revision
from app.postgres import MOST_CONNECTIONS

OLDEST_SUPPORTED = 14
PATIENCE_SECONDS = 5
LISTENS = 2  # connections of each process beside its pool: the bus hears on one and speaks on the other
CLOCK_TOLERANCE_SECONDS = 2.0


async def server_checks(address: str) -> list[Check]:
    engine = create_async_engine(
        make_url(address),
        poolclass=NullPool,
        hide_parameters=True,
        connect_args={"connect_timeout": PATIENCE_SECONDS},
    )
    try:
        async with engine.connect() as connection:
            await connection.execute(text("SET TRANSACTION READ ONLY"))
            return [check async for check in checks_of(connection)]
    except (SQLAlchemyError, OSError) as fault:
        advice = "Look at DATABASE_URL, the network and the server's log"
        return [wrong("database", f"cannot be reached ({type(fault).__name__})", advice)]
    finally:
        await engine.dispose()


async def checks_of(connection: AsyncConnection) -> AsyncIterator[Check]:
    yield version_check(int(await setting(connection, "server_version_num")) // 10_000)
    for name in ("fsync", "full_page_writes"):
        yield durable_check(name, await setting(connection, name))
    yield commit_check(await setting(connection, "synchronous_commit"))
    yield await room_check(connection)
    yield ok("time zone", f"{await setting(connection, 'TimeZone')}; moments are kept in UTC whatever it is")
    yield await time_check(connection)
    yield schema_check(await connection.run_sync(current_revision_of), newest_revision())


async def setting(connection: AsyncConnection, name: str) -> str:
    found = await connection.execute(text("SELECT current_setting(:name)"), {"name": name})
    return str(found.scalar_one())


def version_check(version: int) -> Check:
    if version >= OLDEST_SUPPORTED:
        return ok("Postgres version", str(version))
    return warning("Postgres version", f"{version} gets no repairs any more", "Move to a newer one")


def durable_check(name: str, value: str) -> Check:
    if value == "on":
        return ok(name, value)
    return wrong(name, value, f"Set {name} = on: a power cut would lose messages or the database")


def commit_check(value: str) -> Check:
    """`local`, `remote_write` and `remote_apply` wait for this server's disk too."""
    if value != "off":
        return ok("synchronous_commit", value)
    return wrong("synchronous_commit", value, "Set it to on: what was answered 200 could be lost")


async def room_check(connection: AsyncConnection) -> Check:
    most, reserved = [
        int(await setting(connection, name)) for name in ("max_connections", "superuser_reserved_connections")
    ]
    return connections_check(most - reserved)


def connections_check(free: int) -> Check:
    """During a deploy two processes run at once."""
    each = MOST_CONNECTIONS + LISTENS
    says = f"{free} connections, each process takes up to {each}"
    if free < each:
        return wrong("connections", says, "Raise max_connections")
    if free < 2 * each:
        return warning(
            "connections", says, "Raise max_connections: two processes run at once during a deploy"
        )
    return ok("connections", says)


async def time_check(connection: AsyncConnection) -> Check:
    before = clock.now()
    theirs: Any = (await connection.execute(text("SELECT clock_timestamp()"))).scalar_one()
    middle = before + (clock.now() - before) / 2
    seconds = (theirs - middle).total_seconds()
    return clock_check("database's clock", seconds, tolerance_seconds=CLOCK_TOLERANCE_SECONDS)
