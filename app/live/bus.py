"""The bus rings the bells of one process in all others. It carries names, never news: those are rows, read by whoever wakes.

A ring may be lost or come twice. Whoever waits for a bell also looks once a second, so a dead bus costs a second at most.
"""

import asyncio
import logging
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Iterable, Mapping
from contextlib import aclosing, asynccontextmanager, suppress
from typing import Protocol
from uuid import uuid4

from app.live.bell import Bell, carriers
from app.randomness import between
from app.settings import Settings

log = logging.getLogger(__name__)

CHANNEL = "recado"
COALESCING_SECONDS = 0.02  # rings within it are carried together: a NOTIFY takes a lock of the whole database
SHORTEST_PAUSE_SECONDS, LONGEST_PAUSE_SECONDS = 0.3, 5.0  # before a broken line is tried again
PATIENCE_SECONDS = 5.0  # for a line that neither answers nor breaks


Hears = Mapping[
    str, Callable[[], object]
]  # what happens here when the bell of this name rings in another process


class Line(Protocol):
    """The wire of a bus. `tell` and `heard` raise Broken when it is down."""

    async def tell(self, words: str) -> None:
        """Say `words` in every process that listens, this one included."""

    def heard(self) -> AsyncGenerator[str]:
        """What is said; an empty text comes whenever listening has begun: something may have been missed before."""

    async def close(self) -> None: ...


class Broken(Exception):
    """The line is down."""


class Bus:
    """Carries rings over a line, which it takes up again whenever it breaks."""

    def __init__(self, line: Line, hears: Hears) -> None:
        self.line = line
        self.hears = hears
        self.me = uuid4().hex[:12]
        self._rung: set[str] = set()
        self._wanted = Bell()

    @asynccontextmanager
    async def open(self) -> AsyncIterator[None]:
        """While the block lasts, rings go both ways."""
        tasks = [
            asyncio.create_task(self._keep(self._listen, "bus listens")),
            asyncio.create_task(self._keep(self._speak, "bus speaks")),
        ]
        carriers.append(self._carry)
        try:
            yield
        finally:
            carriers.remove(self._carry)
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            with suppress(Broken):  # whoever was not told looks within a second
                await self._say_what_rang()
            await self.line.close()

    def _carry(self, name: str) -> None:
        if name in self.hears:
            self._rung.add(name)
            self._wanted.ring()

    async def _keep(self, work: Callable[[], Awaitable[None]], name: str) -> None:
        """Until cancelled: a broken line is tried again, a little later each time."""
        pause = SHORTEST_PAUSE_SECONDS
        while True:
            began = asyncio.get_running_loop().time()
            try:
                await work()
            except Broken as fault:
                log.warning("the bus is down", extra={"work": name, "fault": str(fault)})
            except Exception as fault:  # a loop that must not end: without it every ring comes a second late
                log.error("the bus fails", extra={"work": name, "fault": type(fault).__name__}, exc_info=True)
            if asyncio.get_running_loop().time() - began > LONGEST_PAUSE_SECONDS:
                pause = SHORTEST_PAUSE_SECONDS
            await asyncio.sleep(pause * between(0.7, 1.3))
            pause = min(pause * 2, LONGEST_PAUSE_SECONDS)

    async def _listen(self) -> None:
        async with aclosing(self.line.heard()) as heard:
            async for words in heard:
                sender, _, names = words.partition(" ")
                if not words:
                    self._wake(self.hears)  # whatever rang while nobody heard it
                elif sender != self.me:
                    self._wake(names.split())

    def _wake(self, names: Iterable[str]) -> None:
        for name in names:
            if name in self.hears:
                self.hears[name]()

    async def _speak(self) -> None:
        while True:
            wanted = self._wanted.next()
            if not self._rung:
                await asyncio.wait({wanted})
                continue
            await self._say_what_rang()
            await asyncio.sleep(COALESCING_SECONDS)

    async def _say_what_rang(self) -> None:
        names, self._rung = self._rung, set()
        if not names:
            return
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                await self.line.tell(f"{self.me} {' '.join(sorted(names))}")
        except TimeoutError as fault:
            self._rung |= names
            raise Broken("silence") from fault
        except BaseException:
            self._rung |= names  # said as soon as the line is back
            raise


@asynccontextmanager
async def carrying(settings: Settings, hears: Hears) -> AsyncIterator[None]:
    """The bus that the settings name, while the block lasts; a process that is alone needs none."""
    line = line_of(settings.bus_address)
    if line is None:
        yield
        return
    async with Bus(line, hears).open():
        yield


def line_of(address: str) -> Line | None:
    """Imported when wanted: one of the drivers is enough."""
    if address.startswith("postgres"):
        from app.live.bus_postgres import PostgresLine

        return PostgresLine(address)
    if address.startswith(("redis", "unix")):
        from app.live.bus_redis import RedisLine

        return RedisLine(address)
    return None
