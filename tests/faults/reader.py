"""A browser's ear without its eyes: follows the event stream of one web process and writes down what it brought."""

import re
from contextlib import suppress
from dataclasses import dataclass, field

import anyio
import httpx2

from tests.actors import Browser

FRAME = re.compile(r"(?:id: (?P<id>\d+)\n)?(?:event: (?P<event>\w+)\n)?(?P<data>(?:data: ?.*\n)*)\n")
BUBBLE = re.compile(r'data-message="(\d+)"[^>]*?data-k="(\d+)"')
LEAST_PAUSE_SECONDS = 0.1


@dataclass
class Reader:
    """`ids`: event ids as they came; `bubbles`: the messages, each once, as they first came; `resyncs`: pages fetched anew."""

    browser: Browser
    conversations: list[int]
    cursor: int = 0
    ids: list[int] = field(default_factory=list)
    bubbles: list[int] = field(default_factory=list)
    resyncs: int = 0
    over: anyio.Event = field(default_factory=anyio.Event)

    async def follow(self) -> None:
        """Until `over`: comes back whenever the stream ends, with the cursor it has reached."""
        topics = ",".join(["inbox", *(f"conv:{one}" for one in self.conversations)])
        async with anyio.create_task_group() as group:
            group.start_soon(self._stop_when_over, group.cancel_scope)
            while not self.over.is_set():
                with suppress(httpx2.TransportError):
                    where = f"/live?c={self.cursor}&t={topics}"
                    async with self.browser.http.stream("GET", where, timeout=60) as stream:
                        await self._read(stream)
                await anyio.sleep(LEAST_PAUSE_SECONDS)

    async def _stop_when_over(self, scope: anyio.CancelScope) -> None:
        await self.over.wait()
        scope.cancel()

    async def _read(self, stream: httpx2.Response) -> None:
        text = ""
        async for piece in stream.aiter_text():
            text += piece
            *whole, text = text.split("\n\n")
            for frame in whole:
                self._take(f"{frame}\n\n")

    def _take(self, frame: str) -> None:
        found = FRAME.fullmatch(frame)
        assert found is not None, frame[:200]
        if found["event"] == "resync":
            self.resyncs += 1
        if found["id"]:
            self.cursor = int(found["id"])
            self.ids.append(self.cursor)
        for message, _ in BUBBLE.findall(found["data"]):
            if int(message) not in self.bubbles:
                self.bubbles.append(int(message))
