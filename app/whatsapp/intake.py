"""Takes webhooks in: one writer stores everything that waits in one transaction, and only then is any of it answered."""

import asyncio
import hashlib
import logging
import re
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from app import clock
from app.boundaries import Boundary, passed
from app.db import after_commit, before_commit, stops_everything, table_of, transact
from app.errors import Unavailable
from app.live.bell import Bell
from app.rows import NewRows
from app.settings import Settings
from app.whatsapp import history
from app.whatsapp.filing import Filing
from app.whatsapp.items import FILED_LATER, Item, StatusReport, happened_at
from app.whatsapp.models import JournalEntry, SetAside
from app.whatsapp.payloads import Unusable, parse, walk

log = logging.getLogger(__name__)

LARGEST_BATCH = 200  # items in one transaction, unless one webhook has more
MOST_WAITING = 5_000  # items; beyond it Meta is asked to come again
BACKLOG_SHARE = 0.6  # of what may wait, for what is old: the rest is kept for what happens now
A_TURN = 50  # items read in one go: a few milliseconds
MOST_BYTES = 64 * 1024 * 1024  # of bodies that wait
FRESH = timedelta(minutes=2)  # what is older comes from a retry storm, and waits behind what happens now

TIMES = re.compile(rb'"timestamp" ?: ?"?([0-9]{10})')

JOURNAL = table_of(JournalEntry)
JOURNALING = NewRows(
    JOURNAL,
    ("received_at", "body_sha256", "body", "set_aside", "history_filed"),
    returning=("id", "set_aside"),
)


class QueueFull(Unavailable):
    """More waits than can be stored soon."""


@dataclass(eq=False)
class Webhook:
    """A signed body that waits for the writer. `stored` is done once it is durable, or says why it is not."""

    body: bytes
    received_at: datetime
    found: Sequence[Item] = ()
    unusable: str | None = None
    stored: asyncio.Future[None] = field(default_factory=lambda: asyncio.get_running_loop().create_future())

    @property
    def weight(self) -> int:
        """In items."""
        return max(len(self.found), 1)

    @property
    def is_fresh(self) -> bool:
        """Whether something in it happened just now."""
        return any(at is None or self.received_at - at < FRESH for at in map(happened_at, self.found))

    @property
    def is_filed_later(self) -> bool:
        """Whether a job files something of it."""
        return any(isinstance(item, FILED_LATER) for item in self.found)

    def ends(self, fault: BaseException | None) -> None:
        if self.stored.done():
            return
        if fault is None:
            self.stored.set_result(None)
        else:
            self.stored.set_exception(fault)
            self.stored.exception()  # nobody may wait any more


async def read(body: bytes, now: datetime) -> Webhook:
    """What a body contains. Now and then everybody else has a turn: a body may hold a thousand items."""
    found: list[Item] = []
    try:
        for item in walk(parse(body), now):
            found.append(item)
            if not len(found) % A_TURN:
                await asyncio.sleep(0)
    except Unusable as fault:
        return Webhook(body, now, unusable=str(fault)[:200])
    return Webhook(body, now, found)


def looks_old(body: bytes, now: datetime) -> bool:
    """Whether a glance at an unread body finds times, and none of them recent."""
    times = [int(seconds) for seconds in TIMES.findall(body)]
    return bool(times) and max(times) < (now - FRESH).timestamp()


class Intake:
    """The queue before the one writer (group commit): batches form by themselves while a commit is under way."""

    def __init__(self, settings: Settings) -> None:
        self.filing = Filing(settings)
        self.waiting = 0  # items
        self.is_storing = False
        self._bytes = 0
        self._fresh: deque[Webhook] = deque()
        self._old: deque[Webhook] = deque()
        self._arrived = Bell()

    async def take(self, body: bytes) -> None:
        """Returns once the body and its effects are durable. Raises QueueFull, or what the database raised: then nothing
        of it is stored."""
        now = clock.now()
        if not self._has_room_for(1, len(body), is_fresh=False) and looks_old(body, now):
            raise QueueFull  # unread: in a storm most are, and reading costs as much as storing
        webhook = await read(body, now)
        passed(Boundary.PARSED)
        if not self._has_room_for(webhook.weight, len(body), is_fresh=webhook.is_fresh):
            raise QueueFull
        self.waiting += webhook.weight
        self._bytes += len(body)
        (self._fresh if webhook.is_fresh else self._old).append(webhook)
        self._arrived.ring()
        await webhook.stored

    def _has_room_for(self, items: int, size: int, *, is_fresh: bool) -> bool:
        """Something always fits into an empty queue."""
        share = 1 if is_fresh else BACKLOG_SHARE
        items, size = self.waiting + items, self._bytes + size
        return not self.waiting or (items <= share * MOST_WAITING and size <= share * MOST_BYTES)

    @property
    def has_room(self) -> bool:
        """Whether traffic may still come: less than four fifths of what may wait does."""
        return self.waiting < 0.8 * MOST_WAITING

    async def run(self) -> None:
        """The writer, until cancelled. What waits then is refused: whoever sent it sends it again."""
        batch: Sequence[Webhook] = ()
        try:
            while True:
                arrived = self._arrived.next()
                batch = self._next_batch()
                if batch:
                    await self._store(batch)
                else:
                    await asyncio.wait({arrived})
        finally:
            for webhook in (*batch, *self._fresh, *self._old):
                webhook.ends(QueueFull())

    def _next_batch(self) -> list[Webhook]:
        """Everything that waits, within reason: what happens now before what comes late, of which at least one goes with
        every batch, however much it holds. Else a heavy one would wait as long as customers write."""
        batch: list[Webhook] = []
        room = LARGEST_BATCH
        for queue in (self._fresh, self._old):
            is_first = True
            while queue and (is_first or queue[0].weight <= room):
                is_first = False
                batch.append(queue.popleft())
                room -= batch[-1].weight
        for webhook in batch:
            self.waiting -= webhook.weight
            self._bytes -= len(webhook.body)
        return batch

    async def _store(self, batch: Sequence[Webhook]) -> None:
        """All of it in one transaction; when something in it is poison, each webhook in its own."""
        self.is_storing = True
        found = [(item, webhook.received_at) for webhook in batch for item in webhook.found]

        async def store(session: AsyncSession) -> None:
            await begin(session, batch)
            await journal(session, batch)
            passed(Boundary.JOURNALED)
            await self.filing.file_together(session, found)
            before_commit(session, "intake", events_logged)

        try:
            await transact(store)
        except Exception as fault:
            if stops_everything(fault):
                return tell(batch, fault)
            for webhook in batch:
                await self._store_carefully(webhook)
        else:
            told(batch)
        finally:
            self.is_storing = False

    async def _store_carefully(self, webhook: Webhook) -> None:
        async def store(session: AsyncSession) -> None:
            await begin(session, [webhook])
            (journal_id,) = await journal(session, [webhook])
            passed(Boundary.JOURNALED)
            await self.filing.file_each(session, journal_id, webhook.found, webhook.received_at)
            before_commit(session, "intake", events_logged)

        try:
            await transact(store)
        except Exception as fault:
            webhook.ends(fault)
        else:
            told([webhook])


async def begin(session: AsyncSession, batch: Sequence[Webhook]) -> None:
    """The transaction has the lock to write, and will say when it is durable, before anybody else hears of it."""
    await session.connection()
    passed(Boundary.BEGUN)
    after_commit(session, "intake", lambda: committed(batch))


async def events_logged(session: AsyncSession) -> None:
    passed(Boundary.EVENTS_LOGGED)


def committed(batch: Sequence[Webhook]) -> None:
    passed(Boundary.COMMITTED)
    if has_status(batch):
        passed(Boundary.STATUS_COMMITTED)


def told(batch: Sequence[Webhook]) -> None:
    """The bell has rung; now whoever posted hears that it is stored."""
    passed(Boundary.BUS_TOLD)
    if has_status(batch):
        passed(Boundary.STATUS_TOLD)
    tell(batch, None)


def has_status(batch: Sequence[Webhook]) -> bool:
    return any(isinstance(item, StatusReport) for webhook in batch for item in webhook.found)


async def journal(session: AsyncSession, batch: Sequence[Webhook]) -> list[int]:
    """Write the raw bodies down; their ids. The past and the phone book that some bring are filed later, by a job."""
    kept = [
        (
            webhook.received_at,
            hashlib.sha256(webhook.body).hexdigest(),
            webhook.body,
            webhook.unusable,
            0 if webhook.is_filed_later else None,
        )
        for webhook in batch
    ]
    found = await JOURNALING.write(session, kept)
    for id, reason in found:
        if reason is not None:
            session.add(SetAside(journal_id=id, path="", reason=reason, created_at=clock.now()))
            log.warning("a webhook was set aside", extra={"journal": id})
    if any(webhook.is_filed_later for webhook in batch):
        await history.ask(session)
    return [id for id, _ in found]


def tell(batch: Sequence[Webhook], fault: BaseException | None) -> None:
    for webhook in batch:
        webhook.ends(fault)
