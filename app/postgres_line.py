"""Postgres over a network that may fall silent: no wait for it is without an end."""

import asyncio
import socket
from contextlib import suppress
from functools import cache
from typing import Any

CONNECT_SECONDS = 5
SILENCE_SECONDS = (
    10.0  # of one round trip; what takes longer is cut, so that Meta hears 503 while it still waits
)

# A line that lost its other end: found by probes while we wait, by unacknowledged bytes while we write.
DEAD_LINE = {
    "connect_timeout": CONNECT_SECONDS,
    "keepalives": 1,
    "keepalives_idle": 10,
    "keepalives_interval": 3,
    "keepalives_count": 3,
    "tcp_user_timeout": int(SILENCE_SECONDS * 1000),
}


def connect_arguments() -> dict[str, Any]:
    """For SQLAlchemy's `connect_args`; an address that names one of these itself wins."""
    return {**DEAD_LINE, "async_creator_fn": connect}


async def connect(*arguments: Any, **given: Any) -> Any:
    return await bounded_connection().connect(*arguments, **given)


@cache
def bounded_connection() -> Any:
    """psycopg's connection, except that it hangs up on a server that says nothing for too long.

    A proxy or pooler between us may keep the line alive itself, and then no setting of TCP ever finds out. Imported
    when first used: on SQLite psycopg need not be installed.
    """
    from psycopg import AsyncConnection

    class Bounded(AsyncConnection[Any]):
        async def wait(self, *arguments: Any, **given: Any) -> Any:
            loop = asyncio.get_running_loop()
            silence = loop.call_later(SILENCE_SECONDS, hang_up, self.pgconn.socket)
            try:
                return await super().wait(*arguments, **given)
            finally:
                silence.cancel()

    return Bounded


def hang_up(descriptor: int) -> None:
    """End the conversation on this socket without closing it: whoever waits for it gets an error, as from a cut."""
    with suppress(OSError), socket.socket(fileno=socket.dup(descriptor)) as line:
        line.shutdown(socket.SHUT_RDWR)
