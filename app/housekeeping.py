"""Takes away what nobody needs any more: a job that asks for itself again, in small transactions behind everything else."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

from sqlalchemy import Select, delete, exists, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from app import clock, jobs
from app.accounts.models import SignIn
from app.chats.models import Chat
from app.connectors.models import ConnectorCall
from app.conversations import early_changes
from app.conversations.models import EarlyChange
from app.db import transaction
from app.jobs import Claim
from app.live.events import LiveEvent
from app.outbox.models import DeliveryReport
from app.rehearsing.models import Replay
from app.search import contact_text, message_text
from app.whatsapp.models import JournalEntry, SetAside

log = logging.getLogger(__name__)

HOUSEKEEPING, KEY = "housekeeping", "all"
EVERY = timedelta(hours=1)
AFTER_START = timedelta(minutes=2)  # a start has better things to do
BATCH = 1000  # rows in one transaction
PAUSE_SECONDS = 0.05  # between two of them: whoever waits to write goes first

LIVE_LOG = timedelta(hours=48)
JOURNAL = timedelta(days=30)
SET_ASIDE = timedelta(days=90)  # what waits to be processed again keeps its body longer, but not for ever
ORPHANS = timedelta(days=30)
DELETED_CHATS = timedelta(days=30)
CONNECTOR_CALLS = timedelta(days=30)  # Claude answers nothing that is older than a day
REPLAYS = timedelta(days=30)
EARLY_CHANGES = timedelta(
    days=16
)  # WhatsApp delivers for a week, and our word for its times reaches one back

Purge = Callable[[AsyncSession, datetime], Awaitable[int]]


async def begin(session: AsyncSession) -> None:
    """At the start of the program: the job is there, and if it was, its time stays."""
    await jobs.ask_once(session, HOUSEKEEPING, KEY, run_at=clock.now() + AFTER_START)


async def tidy(claim: Claim) -> None:
    """Works off the `housekeeping` job and asks for the next one."""
    for reading in (unread_messages, unread_contacts):
        await in_batches(reading)
    gone = {purge.__name__: await in_batches(purge) for purge in PURGES}
    if any(gone.values()):
        log.info("old rows were deleted", extra=gone)
    async with transaction() as session:
        await jobs.enqueue(session, HOUSEKEEPING, KEY, run_at=clock.now() + EVERY)
        await jobs.finish(session, claim)


async def in_batches(purge: Purge) -> int:
    """Until a batch is not full; how many rows went."""
    total = 0
    while True:
        async with transaction() as session:
            gone = await purge(session, clock.now())
        total += gone
        if gone < BATCH:
            return total
        await asyncio.sleep(PAUSE_SECONDS)


async def unread_messages(session: AsyncSession, now: datetime) -> int:
    """What a program that knew no search has stored, while both ran or this one was taken back, is found from now on."""
    return await message_text.read_what_is_left(session, BATCH)


async def unread_contacts(session: AsyncSession, now: datetime) -> int:
    return await contact_text.read_what_is_left(session, BATCH)


async def live_events(session: AsyncSession, now: datetime) -> int:
    """The live log's oldest events, in the order of their ids: what is left has no hole, its floor is the lowest id."""
    oldest = select(LiveEvent.id, LiveEvent.at).order_by(LiveEvent.id).limit(BATCH)
    last = None
    for event_id, at in (await session.execute(oldest)).all():
        if at >= now - LIVE_LOG:
            break
        last = event_id
    if last is None:
        return 0
    gone = await session.execute(delete(LiveEvent).where(LiveEvent.id <= last).returning(LiveEvent.id))
    return len(gone.all())


async def journal_entries(session: AsyncSession, now: datetime) -> int:
    """Bodies of 30 days; while something of one waits to be filed or processed again, of 90.

    The newest stays whatever its age: by it we know for how long nothing has come.
    """
    waits = exists().where(SetAside.journal_id == JournalEntry.id, SetAside.settled_at.is_(None))
    is_done = ~waits & JournalEntry.history_filed.is_(None)
    old = select(JournalEntry.id).where(
        JournalEntry.received_at < now - JOURNAL,
        JournalEntry.id < select(func.max(JournalEntry.id)).scalar_subquery(),
        or_(is_done, JournalEntry.received_at < now - SET_ASIDE),
    )
    return await delete_first(session, JournalEntry, old.order_by(JournalEntry.received_at))


async def sign_ins(session: AsyncSession, now: datetime) -> int:
    """Those whose end has come; an idle one may still hold a stream open."""
    return await delete_first(session, SignIn, select(SignIn.id).where(SignIn.expires_at <= now))


async def orphaned_reports(session: AsyncSession, now: datetime) -> int:
    """Status reports that found no delivery of ours, such as of messages that another program sent."""
    old = select(DeliveryReport.id).where(
        DeliveryReport.delivery_id.is_(None), DeliveryReport.reported_at < now - ORPHANS
    )
    return await delete_first(session, DeliveryReport, old)


async def changes_of_nothing(session: AsyncSession, now: datetime) -> int:
    """Edits and deletions of messages that will not come any more; those whose message is there are applied first."""
    await early_changes.catch_up(session)
    old = select(EarlyChange.id).where(EarlyChange.changed_at < now - EARLY_CHANGES)
    return await delete_first(session, EarlyChange, old)


async def deleted_chats(session: AsyncSession, now: datetime) -> int:
    """Those that their attendant may bring back no more."""
    return await delete_first(session, Chat, select(Chat.id).where(Chat.deleted_at < now - DELETED_CHATS))


async def connector_calls(session: AsyncSession, now: datetime) -> int:
    """Of acts that no turn can mean again; their steps stand in the turn."""
    old = select(ConnectorCall.id).where(ConnectorCall.began_at < now - CONNECTOR_CALLS)
    return await delete_first(session, ConnectorCall, old)


async def old_replays(session: AsyncSession, now: datetime) -> int:
    """What was tried so long ago that it is compared with nothing any more."""
    return await delete_first(session, Replay, select(Replay.id).where(Replay.began_at < now - REPLAYS))


Deleted = JournalEntry | SignIn | DeliveryReport | EarlyChange | Chat | ConnectorCall | Replay


async def delete_first(session: AsyncSession, model: type[Deleted], chosen: Select[int]) -> int:
    """Delete the first batch of the rows whose ids are chosen; how many there were."""
    ids = (await session.scalars(chosen.limit(BATCH))).all()
    if ids:
        await session.execute(delete(model).where(model.id.in_(ids)))
    return len(ids)


PURGES: tuple[Purge, ...] = (
    live_events,
    journal_entries,
    sign_ins,
    orphaned_reports,
    changes_of_nothing,
    deleted_chats,
    connector_calls,
    old_replays,
)
