"""Doorbells: they only say "look", never what there is to see. The bus carries the named ones to other processes."""

import asyncio
from collections.abc import Callable

carriers: list[Callable[[str], None]] = []  # hear the name of every named bell that rings in this process


class Bell:
    """Wakes everybody who waits. A ring that nobody heard is harmless: who comes later looks first.

    With a `name`, `ring` is heard in other processes too, where `wake` is called.
    """

    def __init__(self, name: str = "") -> None:
        self.name = name
        self._next: asyncio.Future[None] | None = None

    def ring(self) -> None:
        self.wake()
        if self.name:
            for carry in carriers:
                carry(self.name)

    def wake(self) -> None:
        """Ring in this process alone."""
        rung, self._next = self._next, None
        if rung is not None and not rung.done():
            rung.set_result(None)

    def next(self) -> "asyncio.Future[None]":
        """The ring to come. Take it before looking, so that a ring while looking is not missed; do not cancel it."""
        loop = asyncio.get_running_loop()
        if self._next is None or self._next.done() or self._next.get_loop() is not loop:
            self._next = loop.create_future()
        return self._next

    async def wait(self, seconds: float) -> bool:
        """Whether the bell rang within `seconds`."""
        done, _ = await asyncio.wait({self.next()}, timeout=max(seconds, 0.0))
        return bool(done)


bell = Bell("live")  # something visible has changed
