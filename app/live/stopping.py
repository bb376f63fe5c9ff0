"""One signal that the server is going down: streams and held polls end at once instead of being waited for."""

import asyncio
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

import anyio


class Stopping:
    """Set from the signal handler; everything that waits in a request waits on it too."""

    def __init__(self) -> None:
        self._is_set = False
        self._waiting: set[asyncio.Future[None]] = set()
        self._event: anyio.Event | None = None

    def begin(self) -> None:
        """The process has just started."""
        self._is_set, self._event = False, None

    def is_set(self) -> bool:
        return self._is_set

    def event(self) -> anyio.Event:
        """The same signal as sse-starlette wants it."""
        if self._event is None:
            self._event = anyio.Event()
        if self._is_set:
            self._event.set()
        return self._event

    def set(self) -> None:
        self._is_set = True
        for waiter in list(self._waiting):
            if not waiter.done():
                waiter.set_result(None)
        if self._event is not None:
            self._event.set()

    async def or_until(self, future: "asyncio.Future[Any]", seconds: float) -> bool:
        """Wait for `future`, at most `seconds` and only while the server runs; whether it came."""
        if self._is_set:
            return True
        stop: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.add(stop)
        try:
            done, _ = await asyncio.wait({future, stop}, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
        finally:
            self._waiting.discard(stop)
        return bool(done)

    @contextmanager
    def watch_signals(self) -> Iterator[None]:
        """Hear SIGTERM and SIGINT before the server does: its own shut-down waits for open requests first."""
        self.begin()
        loop = asyncio.get_running_loop()
        before: dict[int, Any] = {}

        def hear(number: int, frame: FrameType | None) -> None:
            loop.call_soon_threadsafe(self.set)
            if callable(before[number]):
                before[number](number, frame)

        try:
            for number in (signal.SIGTERM, signal.SIGINT):
                before[number] = signal.getsignal(number)
                signal.signal(number, hear)
        except ValueError:  # not in the main thread: whoever runs us there calls set()
            before.clear()
        try:
            yield
        finally:
            for heard, handler in before.items():
                signal.signal(heard, handler)
            self.set()


stopping = Stopping()
