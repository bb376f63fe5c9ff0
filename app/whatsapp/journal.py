"""What WhatsApp sent, as it came: for admins to look at, and to notice when nothing comes any more."""

import json
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, case, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from app import clock
from app.installation import installation
from app.whatsapp.items import Item
from app.whatsapp.lenient import Unusable
from app.whatsapp.models import JournalEntry, SetAside
from app.whatsapp.payloads import parse, walk

PAGE = 25
LARGEST_LOOKED_INTO = 256 * 1024  # bytes; a page of larger bodies would take seconds
LONGEST_SHOWN = 200_000  # characters

WAITS = SetAside.settled_at.is_(None)


@dataclass(frozen=True)
class Entry:
    """One webhook in the list. `kinds`: how many items of each kind, None when it is too large to look into.

    `waiting` and `settled` count what was set aside; `filed` how much of its past is filed, None when nothing is left.
    """

    id: int
    received_at: datetime
    size: int  # bytes
    kinds: Counter[type[Item]] | None
    waiting: int
    settled: int
    filed: int | None
    reasons: Sequence[str] = ()  # of what waits, each once


@dataclass(frozen=True)
class Page:
    """Entries, the newest first; `older` is the id to ask for the next ones before, None at the end."""

    entries: Sequence[Entry]
    older: int | None


@dataclass(frozen=True)
class Silence:
    """No webhook came since then, which is longer than the owner said is usual."""

    since: datetime


async def page(session: AsyncSession, *, before: int | None, only_waiting: bool) -> Page:
    """The newest webhooks, or those before the id `before`; `only_waiting`: those with something set aside."""
    if only_waiting:
        ids = select(SetAside.journal_id).where(WAITS).distinct()
        ids = ids if before is None else ids.where(SetAside.journal_id < before)
        ids = ids.order_by(SetAside.journal_id.desc())
    else:
        ids = select(JournalEntry.id).order_by(JournalEntry.id.desc())
        ids = ids if before is None else ids.where(JournalEntry.id < before)
    found = (await session.scalars(ids.limit(PAGE + 1))).all()
    entries = await entries_of(session, found[:PAGE])
    return Page(entries, found[PAGE - 1] if len(found) > PAGE else None)


async def entries_of(session: AsyncSession, ids: Sequence[int]) -> list[Entry]:
    size = func.length(JournalEntry.body)
    body = case((size <= LARGEST_LOOKED_INTO, JournalEntry.body))
    columns = (JournalEntry.id, JournalEntry.received_at, JournalEntry.history_filed)
    found = select(*columns, size.label("size"), body.label("body")).where(JournalEntry.id.in_(ids))
    rows = (await session.execute(found.order_by(JournalEntry.id.desc()))).all()
    waiting = await set_aside_in(session, ids, WAITS)
    settled = await set_aside_in(session, ids, ~WAITS)
    reasons = await reasons_in(session, list(waiting))
    return [
        Entry(
            id=row.id,
            received_at=row.received_at,
            size=row.size,
            kinds=None if row.body is None else kinds_in(row.body, row.received_at),
            waiting=waiting.get(row.id, 0),
            settled=settled.get(row.id, 0),
            filed=row.history_filed,
            reasons=reasons.get(row.id, ()),
        )
        for row in rows
    ]


async def set_aside_in(
    session: AsyncSession, ids: Sequence[int], which: ColumnElement[bool]
) -> dict[int, int]:
    """How many such items each of these webhooks has; those without are missing."""
    counted = select(SetAside.journal_id, func.count()).where(SetAside.journal_id.in_(ids), which)
    return {row[0]: row[1] for row in await session.execute(counted.group_by(SetAside.journal_id))}


async def reasons_in(session: AsyncSession, ids: Sequence[int]) -> dict[int, list[str]]:
    """Why something of these webhooks waits, each reason once."""
    given = select(SetAside.journal_id, SetAside.reason).where(SetAside.journal_id.in_(ids), WAITS).distinct()
    reasons: dict[int, list[str]] = {}
    for journal_id, reason in await session.execute(given.order_by(SetAside.journal_id, SetAside.reason)):
        reasons.setdefault(journal_id, []).append(reason)
    return reasons


def kinds_in(body: bytes, received_at: datetime) -> Counter[type[Item]]:
    try:
        return Counter(type(item) for item in walk(parse(body), received_at))
    except Unusable:
        return Counter()


async def items_set_aside(session: AsyncSession, journal_id: int) -> Sequence[SetAside]:
    """What of one webhook was set aside, in the order in which it was; what waits before what is settled."""
    theirs = select(SetAside).where(SetAside.journal_id == journal_id)
    return (await session.scalars(theirs.order_by(SetAside.settled_at.is_not(None), SetAside.id))).all()


async def how_many_wait(session: AsyncSession) -> int:
    """Items that wait for somebody to process them again."""
    return (await session.execute(select(func.count()).select_from(SetAside).where(WAITS))).scalar_one()


async def silence(session: AsyncSession) -> Silence | None:
    """Whether WhatsApp has been silent for longer than usual; None too before the first webhook ever."""
    usual = (await installation(session)).silence_minutes
    if not usual:
        return None
    last = await last_received_at(session)
    is_silent = last is not None and clock.now() - last > timedelta(minutes=usual)
    return Silence(last) if is_silent and last is not None else None


async def last_received_at(session: AsyncSession) -> datetime | None:
    newest = select(JournalEntry.received_at).order_by(JournalEntry.id.desc()).limit(1)
    return (await session.execute(newest)).scalar_one_or_none()


def readable(body: bytes) -> str:
    """The body for a person: JSON with line breaks where it is some, else as it is; never a lone surrogate."""
    text = body.decode("utf-8", "replace")
    with suppress(ValueError, RecursionError):  # what is no JSON is shown as it came
        text = json.dumps(json.loads(text), indent=2, ensure_ascii=False)
    return text.encode("utf-8", "replace").decode()
