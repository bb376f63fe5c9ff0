"""Brings queued messages to WhatsApp: claims one, sends it with no transaction open, records what became of it."""

import asyncio
import logging
from collections.abc import Callable

from sqlalchemy.ext.asyncio import AsyncSession

from app import clock, leases
from app.db import is_outage, reading, transaction
from app.outbox import queue
from app.outbox.queue import Claim
from app.randomness import between
from app.rounds import IDLE_SECONDS, keep_working
from app.whatsapp.graph import Graph
from app.whatsapp.outcomes import Accepted, NotReached, NotSent, Outcome, Unknown

log = logging.getLogger(__name__)

AT_ONCE = 8  # sends under way in one process, each of another conversation
PATIENCE_AT_STOP_SECONDS = 1.0
SHORTEST_PAUSE_SECONDS = 0.05


class Sender:
    """The worker of the outbox. `access_token` is asked for at each send: it may be renewed while we run."""

    def __init__(self, graph: Graph, access_token: Callable[[], str]) -> None:
        self.graph = graph
        self.access_token = access_token
        self._under_way: set[asyncio.Task[None]] = set()

    async def run(self) -> None:
        """Until cancelled. Sends under way then get a moment; the rest is left to its leases, for it may have left."""
        try:
            await keep_working("outbox", self.round, queue.wake_sender, self._under_way)
        finally:
            await self.finish()

    async def finish(self) -> None:
        """Let what WhatsApp has already answered be recorded before the database closes."""
        if not self._under_way:
            return
        _, late = await asyncio.wait(self._under_way, timeout=PATIENCE_AT_STOP_SECONDS)
        for task in late:
            task.cancel()
        await asyncio.gather(*late, return_exceptions=True)

    async def round(self) -> float:
        """Settle lost claims and begin every send that may begin; seconds until the next look."""
        if (wait := await self.seconds_until_due()) > 0:
            return wait
        async with transaction() as session:
            await queue.settle_lost_claims(session)
        while len(self._under_way) < AT_ONCE and (claim := await self.claim()) is not None:
            task = asyncio.create_task(self.deliver(claim), name=f"delivery {claim.delivery_id}")
            self._under_way.add(task)
            task.add_done_callback(self._under_way.discard)
        return max(await self.seconds_until_due(), SHORTEST_PAUSE_SECONDS)

    async def seconds_until_due(self) -> float:
        async with reading() as session:
            due = await queue.next_due(session)
        return IDLE_SECONDS if due is None else min((due - clock.now()).total_seconds(), IDLE_SECONDS)

    async def claim(self) -> Claim | None:
        async with transaction() as session:
            return await queue.claim_next(session)

    async def deliver(self, claim: Claim) -> None:
        """One request to Graph, its lease kept alive meanwhile, its outcome recorded."""
        try:
            async with leases.kept(lambda: self.renew(claim)):
                outcome = await self.graph.send(
                    phone_number_id=claim.phone_number_id,
                    access_token=self.access_token(),
                    payload=claim.payload,
                )
                await self.record(claim, outcome)
        except Exception as fault:  # the lease runs out and the delivery becomes unknown, as it should
            log.error(
                "a delivery lost its way",
                extra={"delivery": claim.delivery_id, "fault": type(fault).__name__},
                exc_info=not is_outage(fault),
            )
        queue.wake_sender.ring()

    async def renew(self, claim: Claim) -> bool:
        async with transaction() as session:
            return await queue.renew(session, claim)

    async def record(self, claim: Claim, outcome: Outcome) -> None:
        """Write what became of it; while the database is out, again and again, for the answer is known only here."""
        for attempt in range(60):
            try:
                async with transaction() as session:
                    await write(session, claim, outcome)
                return
            except Exception as fault:
                if not is_outage(fault) or attempt == 59:
                    raise
                await asyncio.sleep(between(0.2, 0.5))


async def write(session: AsyncSession, claim: Claim, outcome: Outcome) -> None:
    match outcome:
        case Accepted(wamid=wamid):
            await queue.accepted(session, claim, wamid)
        case NotSent(error=error, retry_after_seconds=wait):
            log.info("delivery refused", extra={"delivery": claim.delivery_id, "code": error.code})
            await queue.not_sent(session, claim, error, wait, between(0, 1))
        case NotReached(reason=reason):
            log.info("WhatsApp was not reached", extra={"delivery": claim.delivery_id, "reason": reason})
            await queue.not_sent(session, claim, None, None, between(0, 1))
        case Unknown(reason=reason):
            log.warning("delivery unconfirmed", extra={"delivery": claim.delivery_id, "reason": reason})
            await queue.unknown(session, await queue.locked(session, claim.delivery_id))
