"""The program with two doors more, to measure how an event reaches every open stream.

`/bench/event` tells all who have the conversation open that a message changed. `/bench/bare` writes the given bytes to
the same connections in one loop. Both answer the moment at which they began, of this machine's monotonic clock.
"""

import sys
import time
from typing import Any

import uvicorn
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from app.db import transaction
from app.gate import OPEN_DOORS
from app.live.events import Change, EventKind, announce
from app.main import create_app
from app.settings import load_settings

open_connections: set["Known"] = set()


class Known(HttpToolsProtocol):
    """The server's own connection, remembered while it is open."""

    def connection_made(self, transport: Any) -> None:
        super().connection_made(transport)
        open_connections.add(self)

    def connection_lost(self, exc: Exception | None) -> None:
        super().connection_lost(exc)
        open_connections.discard(self)

    @property
    def is_stream(self) -> bool:
        return bool(self.cycle is not None and self.scope["path"] == "/live")


async def event(request: Request) -> Response:
    async with transaction() as session:
        announce(session, Change(EventKind.MESSAGE_CHANGED, 1, 1))
        began = time.monotonic()
    return PlainTextResponse(str(began))


async def bare(request: Request) -> Response:
    body = await request.body()
    chunk = b"%x\r\n%b\r\n" % (len(body), body)
    began = time.monotonic()
    for connection in open_connections:
        if connection.is_stream:
            connection.transport.write(chunk)
    return PlainTextResponse(str(began))


def main(port: int) -> None:
    program = create_app(load_settings())
    for name, door in {"event": event, "bare": bare}.items():
        OPEN_DOORS.add(f"/bench/{name}")
        program.router.routes.append(Route(f"/bench/{name}", door, methods=["POST"]))
    uvicorn.run(program, host="127.0.0.1", port=port, http=Known, access_log=False, log_level="warning")


if __name__ == "__main__":
    main(int(sys.argv[1]))
