"""Work the simulator does beside answering requests, and waiting until it is done."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any


class Background:
    """A bell that rings at each change, and the tasks that ring it."""

    def __init__(self) -> None:
        self._tasks: set[asyncio.Task[None]] = set()
        self._waiting: set[asyncio.Event] = set()

    def spawn(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        """Start `work` now; `stop` cancels it, `is_idle` counts it."""
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._done)
        return task

    def _done(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        self.ring()
        if not task.cancelled() and (error := task.exception()):
            task.get_loop().call_exception_handler(
                {"message": "simulator task failed", "exception": error, "task": task}
            )

    @property
    def is_idle(self) -> bool:
        return not self._tasks

    def ring(self) -> None:
        """Something changed: whoever waits looks again."""
        for event in self._waiting:
            event.set()

    async def until(self, condition: Callable[[], bool], within_seconds: float) -> bool:
        """Whether `condition` came true in time; looked at after every change."""
        event = asyncio.Event()
        self._waiting.add(event)
        try:
            async with asyncio.timeout(within_seconds):
                while not condition():
                    await event.wait()
                    event.clear()
        except TimeoutError:
            pass
        finally:
            self._waiting.discard(event)
        return condition()

    async def stop(self) -> None:
        """Cancel everything that still runs and wait for it to be gone."""
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
