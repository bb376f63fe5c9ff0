"""Works off the `job` rows: claims one, runs its handler, keeps the lease alive, tries again later when it fails."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta

from app import clock, jobs, leases
from app.db import is_outage, reading, transaction
from app.jobs import Claim
from app.live.stopping import stopping
from app.randomness import between
from app.rounds import IDLE_SECONDS, PATIENCE_AT_STOP_SECONDS, keep_working, to_its_end

log = logging.getLogger(__name__)

AT_ONCE = 16  # turns of Claude mostly wait for the network
SHORTEST_PAUSE_SECONDS = 0.02
LONGEST_WAIT_SECONDS = 300.0
OUTAGE_WAIT_SECONDS = 2.0

Handler = Callable[[Claim], Awaitable[None]]


class Worker:
    """Runs jobs by kind. A handler finishes its claim in the transaction of its effects; one that does not is finished here."""

    def __init__(self, handlers: Mapping[str, Handler]) -> None:
        self.handlers = handlers
        self.kinds = sorted(handlers)
        self._under_way: set[asyncio.Task[None]] = set()
        self._claims: dict[str, Claim] = {}

    async def run(self) -> None:
        """Until cancelled; what is under way is asked to end, and given back to other workers."""
        try:
            await keep_working("jobs", self.round, jobs.wake_worker, self._under_way)
        finally:
            await to_its_end(self.leave(), patience_seconds=None)

    async def leave(self) -> None:
        """Turns of Claude end at once when asked, short work is waited for, and whatever is left is another's."""
        for claim in self._claims.values():
            claim.leaving.set()
        if self._under_way:
            _, late = await asyncio.wait(self._under_way, timeout=PATIENCE_AT_STOP_SECONDS)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)
        for claim in list(self._claims.values()):
            await self.give_back(claim)

    async def round(self) -> float:
        """Begin every job that is due; seconds until the next look."""
        if (wait := await self.seconds_until_due()) > 0:
            return wait
        while not stopping.is_set() and len(self._under_way) < AT_ONCE:
            if (claim := await self.claim()) is None:
                break
            self._claims[claim.lease_token] = claim
            task = asyncio.create_task(self.work(claim), name=f"job {claim.kind} {claim.key}")
            self._under_way.add(task)
            task.add_done_callback(self._under_way.discard)
        return max(await self.seconds_until_due(), SHORTEST_PAUSE_SECONDS)

    async def seconds_until_due(self) -> float:
        async with reading() as session:
            due = await jobs.next_run_at(session, self.kinds)
        return IDLE_SECONDS if due is None else min((due - clock.now()).total_seconds(), IDLE_SECONDS)

    async def claim(self) -> Claim | None:
        async with transaction() as session:
            under_way = [claim.id for claim in self._claims.values()]
            return await jobs.claim_next(session, self.kinds, under_way)

    async def work(self, claim: Claim) -> None:
        try:
            async with leases.kept(lambda: self.renew(claim)):
                await self.handlers[claim.kind](claim)
            async with transaction() as session:
                await jobs.finish(session, claim)
        except jobs.LeftUndone:
            await self.give_back(claim)
        except Exception as fault:
            log.error(
                "a job failed",
                extra={"job": claim.kind, "fault": type(fault).__name__},
                exc_info=not is_outage(fault),
            )
            await self.later(claim, fault)
        del self._claims[claim.lease_token]  # not when cancelled: then it is given back

    async def renew(self, claim: Claim) -> bool:
        async with transaction() as session:
            return await jobs.renew(session, claim)

    async def give_back(self, claim: Claim) -> None:
        """Without waiting for the end of its lease; when the database cannot, that end frees it."""
        try:
            async with transaction() as session:
                await jobs.give_back(session, claim)
        except Exception as fault:
            if not is_outage(fault):
                raise

    async def later(self, claim: Claim, fault: Exception) -> None:
        """Back into the queue, later each time; after many tries it waits a day, where it can be seen.

        Soon again when the database was out: that is not the job's fault, however often it was begun before.
        """
        error = type(fault).__name__
        wait = min(2.0 ** min(claim.tries, 10), LONGEST_WAIT_SECONDS) * between(0.7, 1.3)
        if is_outage(fault):
            wait = OUTAGE_WAIT_SECONDS * between(0.7, 1.3)
        elif claim.tries >= jobs.MOST_TRIES:
            wait = jobs.REST.total_seconds()
        try:
            async with transaction() as session:
                await jobs.put_back(session, claim, run_at=clock.now() + timedelta(seconds=wait), error=error)
        except Exception as fault:
            if not is_outage(fault):
                raise
