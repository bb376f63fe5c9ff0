"""Files the phone app's past, and its phone book, from the journal: one body at a time, in chunks, behind what happens now."""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from app import clock, jobs
from app.db import reading, stops_everything, transaction
from app.jobs import Claim, LeftUndone
from app.whatsapp.filing import Filing
from app.whatsapp.history_items import Past, past_in
from app.whatsapp.items import BookEntry
from app.whatsapp.lenient import Unusable
from app.whatsapp.models import JournalEntry
from app.whatsapp.payloads import parse
from app.worker import Handler

HISTORY, KEY = "history", "all"  # one job for all bodies: together they would hold every hand of the worker
TOGETHER = 100  # messages in one transaction: some ten milliseconds in which nobody else writes
ENTRIES_TOGETHER = 10


@dataclass(frozen=True)
class Unfiled:
    """A body whose past is filed up to the message number `filed`."""

    journal_id: int
    body: bytes
    received_at: datetime
    filed: int


async def ask(session: AsyncSession) -> None:
    """Have the past filed that this transaction writes into the journal."""
    await jobs.enqueue(session, HISTORY, KEY, run_at=clock.now())


def handler(filing: Filing) -> Handler:
    """Works off `history` jobs, body by body. After a crash the next one goes on with the chunk that was not committed."""

    async def file_all(claim: Claim) -> None:
        while (unfiled := await oldest()) is not None:
            if not await file_body(filing, claim, unfiled):
                return  # somebody else has the job by now

    return file_all


async def oldest() -> Unfiled | None:
    entry = JournalEntry
    waits = select(entry.id, entry.body, entry.received_at, entry.history_filed).where(
        entry.history_filed.is_not(None)
    )
    async with reading() as session:
        row = (await session.execute(waits.order_by(entry.id).limit(1))).first()
    return None if row is None else Unfiled(row.id, row.body, row.received_at, row.history_filed or 0)


async def file_body(filing: Filing, claim: Claim, unfiled: Unfiled) -> bool:
    """All that is left of one body; False when the job is no longer ours. Raises LeftUndone when the worker stops."""
    past = await asyncio.to_thread(read, unfiled.body, unfiled.received_at)
    filed = unfiled.filed
    while True:
        began = time.monotonic()
        chunk = past[filed : filed + most_together(past[filed:])]
        filed += len(chunk)
        left = filed if filed < len(past) else None
        if not await file_chunk(filing, claim, unfiled, chunk, left):
            return False
        if left is None:
            return True
        if claim.leaving.is_set():
            raise LeftUndone  # another worker goes on from here
        await asyncio.sleep(time.monotonic() - began)  # as long again belongs to everybody else


def most_together(left: Sequence[Past]) -> int:
    """How many in one transaction: an entry of the phone book costs as much as ten messages do together."""
    return ENTRIES_TOGETHER if left and isinstance(left[0], BookEntry) else TOGETHER


def read(body: bytes, received_at: datetime) -> list[Past]:
    try:
        return list(past_in(parse(body), received_at))
    except Unusable:  # told when it came; it was read then
        return []


async def file_chunk(
    filing: Filing, claim: Claim, unfiled: Unfiled, chunk: Sequence[Past], left: int | None
) -> bool:
    """In one transaction with the note of how far we are; when something in it is poison, each item in a savepoint."""
    try:
        async with transaction() as session:
            if not await note(session, claim, unfiled.journal_id, left):
                return False
            await filing.file_past(session, chunk, unfiled.received_at)
    except Exception as fault:
        if stops_everything(fault):
            raise
        async with transaction() as session:
            if not await note(session, claim, unfiled.journal_id, left):
                return False
            await filing.file_each(session, unfiled.journal_id, chunk, unfiled.received_at)
    return True


async def note(session: AsyncSession, claim: Claim, journal_id: int, left: int | None) -> bool:
    """How far a body is filed, None when all of it is; False when the job is no longer ours.

    First in the transaction, as where it is asked for: both take the job's row before any conversation's.
    """
    if not await jobs.renew(session, claim):
        return False
    entry = update(JournalEntry).where(JournalEntry.id == journal_id)
    await session.execute(entry.values(history_filed=left))
    return True
