"""Processing again what was set aside: the same filing, and the unique keys keep anything from happening twice."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from app import clock
from app.db import reading, stops_everything, transaction
from app.whatsapp import history
from app.whatsapp.filing import Filing, reason_of
from app.whatsapp.history_items import past_in
from app.whatsapp.items import FILED_LATER, Item
from app.whatsapp.lenient import Unusable
from app.whatsapp.models import JournalEntry, SetAside
from app.whatsapp.payloads import parse, walk

TOGETHER = 50  # items in one transaction
MOST = 1000  # items in one go: an answer must not take minutes

NO_SUCH_ITEM = "no such item in the body"


@dataclass(frozen=True)
class Outcome:
    """How many items were taken now, and how many could not be, again."""

    done: int = 0
    failed: int = 0

    def __add__(self, other: "Outcome") -> "Outcome":
        return Outcome(self.done + other.done, self.failed + other.failed)


@dataclass(frozen=True)
class Body:
    """A journaled body as it reads now; `unusable` says why nothing in it can be."""

    received_at: datetime
    live: Sequence[Item] = ()
    past: Sequence[Item] = ()
    unusable: str = ""

    def items_at(self, path: str) -> list[Item]:
        """The item at this place, else all that it has come to hold: a newer program may read more out of it."""
        exact = [item for item in (*self.live, *self.past) if path and item.path == path]
        return exact[:1] or [item for item in self.live if is_inside(item.path, path)]


def is_inside(path: str, place: str) -> bool:
    return not place or path.startswith((f"{place}.", f"{place}["))


def read(body: bytes, received_at: datetime) -> Body:
    try:
        envelope = parse(body)
    except Unusable as fault:
        return Body(received_at, unusable=str(fault))
    return Body(received_at, list(walk(envelope, received_at)), list(past_in(envelope, received_at)))


async def process_again(
    filing: Filing, *, journal_id: int | None = None, item_id: int | None = None
) -> Outcome:
    """Try one item, all of one webhook, or everything that waits (what was tried least first, at most MOST)."""
    chosen = select(SetAside.id).where(SetAside.settled_at.is_(None))
    if item_id is not None:
        chosen = chosen.where(SetAside.id == item_id)
    if journal_id is not None:
        chosen = chosen.where(SetAside.journal_id == journal_id)
    async with reading() as session:
        ids = (await session.scalars(chosen.order_by(SetAside.tries, SetAside.id).limit(MOST))).all()
    outcome = Outcome()
    for start in range(0, len(ids), TOGETHER):
        async with transaction() as session:
            outcome += await try_again(session, filing, ids[start : start + TOGETHER])
    return outcome


async def try_again(session: AsyncSession, filing: Filing, ids: Sequence[int]) -> Outcome:
    """Those of these that still wait: somebody else may have been faster, and is waited for."""
    waiting = (
        select(SetAside)
        .where(SetAside.id.in_(ids), SetAside.settled_at.is_(None))
        .order_by(SetAside.id)
        .with_for_update()
    )
    bodies: dict[int, Body] = {}
    outcome = Outcome()
    for one in (await session.scalars(waiting)).all():
        if one.journal_id not in bodies:
            entry = await session.get_one(JournalEntry, one.journal_id)
            bodies[one.journal_id] = read(entry.body, entry.received_at)
            session.expunge(entry)  # its body may have megabytes
        outcome += await try_one(session, filing, one, bodies[one.journal_id])
    return outcome


async def try_one(session: AsyncSession, filing: Filing, one: SetAside, body: Body) -> Outcome:
    """Settled once it is taken; otherwise it stays, with the new reason and one more try."""
    found = body.items_at(one.path)
    one.tries += 1
    if body.unusable or (one.path and not found):
        one.reason = body.unusable or NO_SUCH_ITEM
        return Outcome(failed=1)
    if [item.path for item in found] != [one.path]:
        await file_what_it_holds(session, filing, one, found, body.received_at)
    elif (problem := await problem_with(session, filing, found[0], body.received_at)) is not None:
        one.reason = problem
        return Outcome(failed=1)
    one.settled_at = clock.now()
    return Outcome(done=1)


async def problem_with(
    session: AsyncSession, filing: Filing, item: Item, received_at: datetime
) -> str | None:
    """Why an item can still not be taken; None when it is now."""
    announced = dict(session.info.get("live", ()))
    try:
        async with session.begin_nested():
            await filing.file(item, session, received_at)
    except Exception as fault:
        if stops_everything(fault):
            raise
        session.info["live"] = announced
        return reason_of(fault)
    return None


async def file_what_it_holds(
    session: AsyncSession, filing: Filing, one: SetAside, found: Sequence[Item], received_at: datetime
) -> None:
    """Everything in a place that can be read now; what of it cannot be taken is set aside by itself."""
    if any(isinstance(item, FILED_LATER) for item in found):
        await history.ask(session)
        entry = update(JournalEntry).where(JournalEntry.id == one.journal_id)
        await session.execute(entry.values(history_filed=0))
    await filing.file_each(session, one.journal_id, found, received_at)
