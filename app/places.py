"""The worker's places that jobs of one kind may take: the slow ones keep nobody else waiting."""

from collections.abc import Awaitable, Callable
from datetime import timedelta

from app import clock, jobs
from app.db import transaction
from app.jobs import Claim
from app.randomness import between


class Places:
    """Of this process. `most`: at once; whoever finds none free looks again after `wait_seconds`."""

    def __init__(self, most: int, wait_seconds: float) -> None:
        self._free = most
        self._wait_seconds = wait_seconds

    async def run(self, claim: Claim, work: Callable[[Claim], Awaitable[None]]) -> None:
        """Do it in a place, or put it off until one may be free."""
        if not self._free:
            return await wait(claim, self._wait_seconds)
        self._free -= 1
        try:
            await work(claim)
        finally:
            self._free += 1


async def wait(claim: Claim, seconds: float) -> None:
    """Let others go first: no try of the job's own."""
    async with transaction() as session:
        await jobs.put_off(
            session, claim, run_at=clock.now() + timedelta(seconds=seconds * between(0.7, 1.3))
        )
