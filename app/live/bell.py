"""A doorbell inside the process: it only says "look", never what there is to see."""

import asyncio


class Bell:
    """Wakes everybody who waits. A ring that nobody heard is harmless: who comes later looks first."""

    def __init__(self) -> None:
        self._next: asyncio.Future[None] | None = None

    def ring(self) -> None:
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


bell = Bell()
