"""Listening at the two doors without a browser: the event stream frame by frame, and one long poll."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import httpx2

from tests.actors import Browser
from tests.deadline import patience


@dataclass(frozen=True)
class Frame:
    """One server-sent event, put together as a browser does it."""

    event: str
    id: int | None
    data: str


class Stream:
    """An open `GET /live`. `raw` is every byte that came so far."""

    def __init__(self, answer: httpx2.Response) -> None:
        self.answer = answer
        self.raw = b""
        self._parts = answer.aiter_bytes()
        self._unread = b""

    async def next(self, *, within_seconds: float = 3) -> Frame | None:
        """The next event; None when the server has ended the stream."""
        async with patience(within_seconds):
            while b"\n\n" not in self._unread:
                part = await anext(self._parts, None)
                if part is None:
                    return None
                self.raw += part
                self._unread += part
        block, _, self._unread = self._unread.partition(b"\n\n")
        return frame_of(block.decode())

    async def next_news(self, *, within_seconds: float = 3) -> Frame:
        """The next frame with fragments in it."""
        async with patience(within_seconds):
            while True:
                frame = await self.next(within_seconds=within_seconds)
                assert frame is not None, "the stream ended"
                if frame.event == "message":
                    return frame

    async def rest(self, *, within_seconds: float) -> list[Frame]:
        """Everything until the server ends the stream."""
        frames = []
        async with patience(within_seconds):
            while (frame := await self.next(within_seconds=within_seconds)) is not None:
                frames.append(frame)
        return frames


def frame_of(block: str) -> Frame:
    fields: dict[str, list[str]] = {"event": [], "id": [], "data": []}
    for line in block.split("\n"):
        name, _, value = line.partition(":")
        fields[name].append(value.removeprefix(" "))
    given = fields["id"]
    return Frame(
        (fields["event"] or ["message"])[-1], int(given[-1]) if given else None, "\n".join(fields["data"])
    )


@asynccontextmanager
async def listening(
    reader: Browser, cursor: object, topics: str = "inbox", **more: Any
) -> AsyncIterator[Stream]:
    """A stream whose hello has been heard."""
    asked = {"c": str(cursor), "t": topics, **more}
    async with reader.http.stream(
        "GET", "/live", params=asked, headers={"Accept": "text/event-stream"}
    ) as answer:
        assert answer.status_code == 200, await answer.aread()
        stream = Stream(answer)
        hello = await stream.next()
        assert hello is not None
        assert hello.event == "hello"
        assert json.loads(hello.data)["hb"] > 0
        yield stream


async def poll(
    reader: Browser, cursor: object, topics: str = "inbox", *, wait: int = 0, **more: Any
) -> httpx2.Response:
    """As the page's own script asks."""
    asked = {"c": str(cursor), "t": topics, "w": str(wait), **more}
    return await reader.http.get("/live/poll", params=asked, headers={"Accept": "*/*"})


def cursor_in(answer: httpx2.Response) -> int:
    return int(answer.headers["x-live-cursor"])
