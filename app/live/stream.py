"""The door of the event stream: a hello at once, then fragments as they happen, a heartbeat when nothing does."""

import asyncio
from collections.abc import AsyncIterator

from sse_starlette import EventSourceResponse
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.types import Receive, Scope, Send

from app.errors import NotSignedIn
from app.live import frames
from app.live.asked import Asked
from app.live.stopping import stopping
from app.live.streams import Listener, Streams

PROBE_SECONDS = 1.0


class Stream(StreamingResponse):
    """Says hello and hands the browser's wire to `Streams`; lasts as long as the connection."""

    media_type = "text/event-stream"

    def __init__(self, streams: Streams, asked: Asked) -> None:
        super().__init__((), headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"})
        self.streams = streams
        self.asked = asked

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
        await send({"type": "http.response.body", "body": frames.hello(), "more_body": True})
        async with self.streams.told(Listener(self.asked, scope["wire"])):
            while (await receive())["type"] != "http.disconnect":
                pass


async def stream(request: Request) -> Response:
    """`GET /live?c=<cursor>&t=inbox,conv:12&d=<day>`; a larger `Last-Event-ID` wins."""
    asked = Asked.of(request)
    if asked is None:
        raise NotSignedIn
    return Stream(request.app.state.streams, asked)


async def probe(request: Request) -> Response:
    """Two events a second apart: a browser that gets them together sits behind something that collects responses."""

    async def answer() -> AsyncIterator[bytes]:
        yield frames.hello()
        await stopping.or_until(asyncio.get_running_loop().create_future(), PROBE_SECONDS)
        yield frames.BYE

    return EventSourceResponse(
        answer(), sep="\n", ping=0, shutdown_event=stopping.event(), shutdown_grace_period=2
    )
