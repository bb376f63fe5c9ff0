"""Brings queued messages to WhatsApp: claims some, sends each with no transaction open, records what became of it."""

import asyncio
import logging
from collections import Counter
from collections.abc import Callable
from functools import partial

from sqlalchemy.ext.asyncio import AsyncSession

from app import boundaries, clock, leases
from app.boundaries import Boundary
from app.contacts import aliases
from app.db import after_commit, is_outage, reading, transaction
from app.outbox import queue, settling
from app.outbox.pace import Pace
from app.outbox.queue import Claim, Due, Lease
from app.randomness import between
from app.rounds import IDLE_SECONDS, PATIENCE_AT_STOP_SECONDS, keep_working, to_its_end
from app.whatsapp.graph import Graph
from app.whatsapp.graph_errors import GraphError, Remedy
from app.whatsapp.outcomes import Accepted, NotReached, NotSent, Outcome, Unknown, Withheld

log = logging.getLogger(__name__)

AT_ONCE = 40  # sends under way in one process for each number, each of another conversation: 80/s at half a second each
SHORTEST_PAUSE_SECONDS = 0.02


class Sender:
    """The worker of the outbox. `access_token` is asked for at each send: it may be renewed while we run."""

    def __init__(
        self, graph: Graph, access_token: Callable[[], str], *, messages_per_second: int = 80
    ) -> None:
        self.graph = graph
        self.access_token = access_token
        self.pace = Pace.per_second(messages_per_second)
        self._under_way: set[asyncio.Task[None]] = set()
        self._sending: Counter[int] = Counter()  # by number
        self._claimed: set[int] = set()  # the deliveries under way

    async def run(self) -> None:
        """Until cancelled. Sends under way then get a moment; the rest is left to its leases, for it may have left."""
        try:
            await keep_working("outbox", self.round, queue.wake_sender, self._under_way)
        finally:
            await to_its_end(self.finish(), patience_seconds=None)

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
        async with reading() as session:
            due = await queue.next_due(session)
        now = clock.now()
        if due.lease is not None and due.lease < now:
            async with transaction() as session:
                await settling.settle_lost_claims(session, self._claimed)
        ready = [number for number, at in due.tries.items() if at <= now and self.room_for(number)]
        begun = [await self.begin(number) for number in ready]
        return 0.0 if any(begun) else max(self.seconds_until(due), SHORTEST_PAUSE_SECONDS)

    def room_for(self, number_id: int) -> int:
        return AT_ONCE - self._sending[number_id]

    def seconds_until(self, due: Due) -> float:
        """Until something falls due that we could do; a number whose sends are all under way wakes us by their end."""
        moments = [at for number, at in due.tries.items() if self.room_for(number)]
        moments += [due.lease] if due.lease is not None else []
        return min([IDLE_SECONDS, *((at - clock.now()).total_seconds() for at in moments)])

    async def begin(self, number_id: int) -> int:
        """Claim what may leave of this number and start sending it; how many."""
        async with transaction() as session:
            claims = await queue.claim(session, number_id, self.pace, self.room_for(number_id))
        if claims:
            boundaries.passed(Boundary.CLAIM_COMMITTED)
        for claim in claims:
            self._sending[number_id] += 1
            self._claimed.add(claim.delivery_id)
            task = asyncio.create_task(self.deliver(claim), name=f"delivery {claim.delivery_id}")
            self._under_way.add(task)
            task.add_done_callback(partial(self.ended, claim))
        return len(claims)

    def ended(self, claim: Claim, task: asyncio.Task[None]) -> None:
        self._under_way.discard(task)
        self._claimed.discard(claim.delivery_id)
        self._sending[claim.number_id] -= 1

    async def deliver(self, claim: Claim) -> None:
        """One request to Graph, its lease kept alive meanwhile, its outcome recorded."""
        try:
            async with leases.kept(lambda: self.renew(claim)):
                outcome = await self.graph.send(
                    phone_number_id=claim.phone_number_id,
                    access_token=self.access_token(),
                    payload=claim.payload,
                    may_write=lambda: claim.lease.is_certain(),
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
        lease = Lease.begun()
        async with transaction() as session:
            is_ours = await queue.renew(session, claim, lease)
        if is_ours:
            claim.lease = lease
        return is_ours

    async def record(self, claim: Claim, outcome: Outcome) -> None:
        """Write what became of it; while the database is out, again and again, for the answer is known only here."""
        for attempt in range(60):
            try:
                async with transaction() as session:
                    committed = partial(boundaries.passed, Boundary.OUTCOME_COMMITTED)
                    after_commit(
                        session, "outcome committed", committed
                    )  # the first, so before anybody is told
                    await write(session, claim, outcome)
                boundaries.passed(Boundary.OUTCOME_TOLD)
                return
            except Exception as fault:
                if not is_outage(fault) or attempt == 59:
                    raise
                await asyncio.sleep(between(0.2, 0.5))


async def write(session: AsyncSession, claim: Claim, outcome: Outcome) -> None:
    match outcome:
        case Accepted(wamid=wamid, wa_id=wa_id):
            await settling.accepted(session, claim, wamid)
            await aliases.note(session, claim.delivery_id, claim.payload, wa_id)
            boundaries.passed(Boundary.WAMID_STORED)
        case NotSent(error=error, retry_after_seconds=wait):
            tell_refused(claim, error)
            await settling.not_sent(session, claim, error, wait, between(0, 1))
        case NotReached(reason=reason):
            log.info("WhatsApp was not reached", extra={"delivery": claim.delivery_id, "reason": reason})
            await settling.not_sent(session, claim, None, None, between(0, 1))
        case Unknown(reason=reason):
            log.warning("delivery unconfirmed", extra={"delivery": claim.delivery_id, "reason": reason})
            await settling.unknown(session, await settling.locked(session, claim.delivery_id))
        case Withheld():
            log.warning("a lease may have run out before the send", extra={"delivery": claim.delivery_id})
            await queue.give_back(session, claim)


def tell_refused(claim: Claim, error: GraphError) -> None:
    """Somebody has to repair the program when a request is wrong; a stopped number is told of once, elsewhere."""
    told = {"delivery": claim.delivery_id, "code": error.code, "trace": error.trace}
    if error.remedy is Remedy.OUR_FAULT:
        log.error("delivery refused, and the fault is ours", extra=told)
    else:
        log.info("delivery refused", extra=told)
