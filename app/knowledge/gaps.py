"""What Claude could not answer: its hand-overs for want of knowledge, what was asked, and what a person answered then."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Row, Select, and_, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from app import clock
from app.accounts.models import User
from app.assistant.models import Turn
from app.contacts.models import Contact
from app.conversations.access import conversation_for, conversations_for
from app.conversations.brief import brief
from app.conversations.handoff import HandoffReason
from app.conversations.handoff_models import Handoff
from app.conversations.models import Author, Conversation, Direction, Message
from app.errors import NotFound
from app.i18n import N_
from app.knowledge.models import GapMark, SettledGap
from app.transcribing.showing import said_aloud

AT_ONCE = 30
BEFORE, AFTER = 20, 40  # positions around the question in which its words and the answer are looked for
NOT_THERE = N_("This question is not on the list any more.")
PEOPLE = (Author.USER, Author.PHONE)


@dataclass(frozen=True)
class Gap:
    """`asked`: the customer's words that the turn was to answer, `answered`: a person's next ones, both "" where there are
    none; `summary`: Claude's own, while it handed over."""

    handoff_id: int
    conversation_id: int
    name: str
    happened_at: datetime
    asked: str
    answered: str
    summary: str


Found = Row[Handoff, int | None, str | None, str | None]
LISTED = (
    select(Handoff, Turn.answers_position, Contact.book_name, Contact.name)
    .join(Conversation, Conversation.id == Handoff.conversation_id)
    .join(Contact, Contact.id == Conversation.contact_id)
    .outerjoin(Turn, and_(Turn.id == Handoff.turn_id, Turn.conversation_id == Handoff.conversation_id))
    .where(Handoff.reason == HandoffReason.NO_INFORMATION)
)


async def page(
    session: AsyncSession, user: User, before: int | None = None
) -> tuple[Sequence[Gap], int | None]:
    """Those in conversations that this user may see, the newest first; and before which id the next ones are, None at
    the end."""
    waiting = LISTED.outerjoin(SettledGap, SettledGap.handoff_id == Handoff.id)
    waiting = waiting.where(SettledGap.handoff_id.is_(None))
    if before is not None:
        waiting = waiting.where(Handoff.id < before)
    rows = (await session.execute(waiting.order_by(Handoff.id.desc()).limit(AT_ONCE + 1))).all()
    shown = await filled(session, user, rows[:AT_ONCE])
    return shown, rows[AT_ONCE - 1][0].id if len(rows) > AT_ONCE else None


async def gap_for(session: AsyncSession, user: User, handoff_id: int) -> Gap:
    """Also one that was seen to. Raises NotFound."""
    rows = (await session.execute(LISTED.where(Handoff.id == handoff_id))).all()
    gaps = await filled(session, user, rows)
    if not gaps:
        raise NotFound(NOT_THERE)
    return gaps[0]


async def hold(session: AsyncSession, user: User, handoff_id: int) -> None:
    """Nobody else decides about this one until the transaction ends. Raises NotFound."""
    handoff = await session.scalar(select(Handoff).where(Handoff.id == handoff_id).with_for_update())
    if handoff is None or handoff.reason != HandoffReason.NO_INFORMATION:
        raise NotFound(NOT_THERE)
    await conversation_for(session, user, handoff.conversation_id)


async def settle(session: AsyncSession, user: User, handoff_id: int, mark: GapMark | None) -> None:
    """Take it off the list, or with None put it back. Raises NotFound."""
    await hold(session, user, handoff_id)
    settled = await session.get(SettledGap, handoff_id)
    if mark is None:
        if settled is not None:
            await session.delete(settled)
        return
    if settled is None:
        settled = SettledGap(handoff_id=handoff_id)
        session.add(settled)
    settled.mark, settled.marked_at, settled.marked_by_id = mark, clock.now(), user.id


async def filled(session: AsyncSession, user: User, rows: Sequence[Found]) -> Sequence[Gap]:
    ids = {handoff.conversation_id for handoff, *_ in rows}
    seen = {one.id for one in await conversations_for(session, user, ids)}
    rows = [row for row in rows if row[0].conversation_id in seen]
    around = [(handoff.conversation_id, place) for handoff, place, *_ in rows if place is not None]
    messages = (await session.scalars(near(around))).all() if around else []
    spoken = await said_aloud(session, messages)
    return [gap_of(row, messages, spoken) for row in rows]


def near(places: Sequence[tuple[int, int]]) -> Select[Message]:
    ranges = [
        and_(
            Message.conversation_id == conversation_id,
            Message.position.between(place - BEFORE, place + AFTER),
        )
        for conversation_id, place in places
    ]
    return (
        select(Message).where(or_(*ranges), Message.direction != Direction.SYSTEM).order_by(Message.position)
    )


def gap_of(row: Found, messages: Sequence[Message], spoken: Mapping[int, str]) -> Gap:
    handoff, place, book_name, name = row
    here = [one for one in messages if one.conversation_id == handoff.conversation_id]
    return Gap(
        handoff_id=handoff.id,
        conversation_id=handoff.conversation_id,
        name=book_name or name or "",
        happened_at=handoff.created_at,
        asked=words_of(asked_before(here, place), spoken) if place is not None else "",
        answered=words_of(answered_after(here, place), spoken) if place is not None else "",
        summary=handoff.summary,
    )


def asked_before(messages: Sequence[Message], place: int) -> list[Message]:
    """The contact's last words in a row, up to what the turn had read."""
    asked: list[Message] = []
    for message in reversed([one for one in messages if one.position <= place]):
        if message.direction != Direction.IN:
            break
        asked.insert(0, message)
    return asked


def answered_after(messages: Sequence[Message], place: int) -> list[Message]:
    """A person's first words in a row, until the contact writes again."""
    answered: list[Message] = []
    for message in (one for one in messages if one.position > place):
        if message.author in PEOPLE:
            answered.append(message)
        elif answered and message.direction == Direction.IN:
            break
    return answered


def words_of(messages: Sequence[Message], spoken: Mapping[int, str]) -> str:
    here = (one for one in messages if one.revoked_at is None)
    said = (one.body.strip() or spoken.get(one.id) or brief(one) for one in here)
    return "\n\n".join(said)
