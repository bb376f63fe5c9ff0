"""The event stream: a hello at once, then fragments as they happen, a heartbeat when nothing does."""

import asyncio
import json
import logging
from collections.abc import AsyncIterator

from sse_starlette import EventSourceResponse
from sse_starlette.sse import SendTimeoutError
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from app.errors import NotSignedIn
from app.live.asked import Asked
from app.live.connection import Live
from app.live.stopping import stopping
from app.randomness import between

log = logging.getLogger(__name__)

HEARTBEAT_SECONDS = 15.0
CHECK_SECONDS = 5.0  # a sign-in that ended is noticed within it
SHARED_WRITE_SECONDS = 0.02  # what happens within it shares a write
OLDEST_STREAM_SECONDS = 9 * 60.0  # then the browser comes back, its session is checked anew and load spreads
SEND_TIMEOUT_SECONDS = 10.0
PROBE_SECONDS = 1.0


def frame(*, event: str | None = None, id: int | None = None, data: str = "") -> bytes:
    """One server-sent event. Line ends inside the data become several `data:` lines, which the browser joins again."""
    head = (f"id: {id}\n" if id is not None else "") + (f"event: {event}\n" if event else "")
    lines = data.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return (head + "".join(f"data: {line}\n" for line in lines) + "\n").encode()


def hello() -> bytes:
    return frame(event="hello", data=json.dumps({"hb": HEARTBEAT_SECONDS}))


async def events(live: Live, asked: Asked) -> AsyncIterator[bytes]:
    """The stream of one browser. Holds no database session while it waits; ends when its sign-in does."""
    yield hello()
    clock = asyncio.get_running_loop().time
    ends_at = clock() + OLDEST_STREAM_SECONDS * between(0.8, 1.0)
    cursor, spoke_at, check_at = asked.cursor, clock(), clock() + CHECK_SECONDS
    with live.listening(asked):
        while not stopping.is_set() and clock() < ends_at:
            waiting = live.ring.arrived.next()
            news = await live.news(cursor, asked.day, asked.reader)
            if news.html is None:
                yield frame(event="resync", id=news.cursor)
                return
            if news.cursor != cursor or clock() - spoke_at >= HEARTBEAT_SECONDS:
                yield (
                    frame(id=news.cursor, data=news.html) if news.html else frame(event="hb", id=news.cursor)
                )
                cursor, spoke_at = news.cursor, clock()
                await asyncio.sleep(SHARED_WRITE_SECONDS)
            await stopping.or_until(waiting, min(check_at, spoke_at + HEARTBEAT_SECONDS) - clock())
            if clock() >= check_at:
                if not await live.standing.includes(asked.sign_in_id):
                    break
                check_at = clock() + CHECK_SECONDS
    yield frame(event="bye")


class DroppingResponse(EventSourceResponse):
    """A stream that ends at once when its reader has taken nothing for too long; the others do not notice."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await super().__call__(scope, receive, send)
        except SendTimeoutError:
            log.info("a reader who takes nothing was dropped")
            if (hang_up := scope.get("hang_up")) is None:
                raise
            hang_up()
            while (await receive())["type"] != "http.disconnect":
                pass


async def stream(request: Request) -> Response:
    """`GET /live?c=<cursor>&t=inbox,conv:12&d=<day>`; a larger `Last-Event-ID` wins."""
    asked = Asked.of(request)
    if asked is None:
        raise NotSignedIn
    return DroppingResponse(
        events(request.app.state.live, asked),
        sep="\n",
        ping=0,
        send_timeout=SEND_TIMEOUT_SECONDS,
        shutdown_event=stopping.event(),
        shutdown_grace_period=2,
    )


async def probe(request: Request) -> Response:
    """Two events a second apart: a browser that gets them together sits behind something that collects responses."""

    async def answer() -> AsyncIterator[bytes]:
        yield hello()
        await stopping.or_until(asyncio.get_running_loop().create_future(), PROBE_SECONDS)
        yield frame(event="bye")

    return EventSourceResponse(
        answer(), sep="\n", ping=0, shutdown_event=stopping.event(), shutdown_grace_period=2
    )
