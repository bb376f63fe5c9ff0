"""Which stretch of a thread is shown: its end, the fifty above or below, or those round one message."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

from sqlalchemy import select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from app.conversations.message_marks import Marks, marks_on
from app.conversations.models import Message
from app.conversations.ordering import POSITIONS, key_of
from app.conversations.thread import Bubble, draw

PAGE = 50
Place = tuple[datetime, int]  # (sent_at, position), as a key names it


@dataclass(frozen=True)
class ThreadPage:
    """Bubbles from old to new; `marks`: what the reader has made of them.

    `older` and `newer`: the keys to ask for the pages before and after; None at the ends.
    """

    bubbles: Sequence[Bubble]
    older: str | None = None
    newer: str | None = None
    marks: Marks = field(default_factory=Marks)


async def newest(
    session: AsyncSession, conversation_id: int, zone: ZoneInfo, unread_after: int | None = None
) -> ThreadPage:
    """The end of the thread, made long enough to hold the first message above the position `unread_after`, within reason."""
    size = PAGE
    if unread_after is not None:
        theirs = select(Message.id).where(Message.conversation_id == conversation_id)
        unread = theirs.where(Message.position > unread_after).limit(4 * PAGE)
        waiting = len((await session.execute(unread)).all())
        size = PAGE if waiting < PAGE else waiting + 5
    return await page_before(session, conversation_id, zone, None, size)


async def page_before(
    session: AsyncSession, conversation_id: int, zone: ZoneInfo, place: Place | None, size: int = PAGE
) -> ThreadPage:
    """The `size` bubbles just above a place; at the end of the thread without one."""
    found = await above(session, conversation_id, place, size + 1)
    earlier, shown = (found[0], found[1:]) if len(found) > size else (None, found)
    bubbles = await draw(session, shown, earlier, zone)
    return ThreadPage(bubbles, older=bubbles[0].key if earlier is not None else None)


async def page_after(session: AsyncSession, conversation_id: int, zone: ZoneInfo, place: Place) -> ThreadPage:
    """The bubbles just below the one at this place."""
    found = await from_place_on(session, conversation_id, place, PAGE + 2)
    known, found = (found[0], found[1:]) if found and place_of(found[0]) == place else (None, found)
    bubbles = await draw(session, found[:PAGE], known, zone)
    return ThreadPage(bubbles, newer=bubbles[-1].key if len(found) > PAGE else None)


async def page_round(session: AsyncSession, message: Message, zone: ZoneInfo) -> ThreadPage:
    """A message with what stands above and below it."""
    half, conversation_id, here = PAGE // 2, message.conversation_id, place_of(message)
    before = await above(session, conversation_id, here, half + 1)
    found = await from_place_on(session, conversation_id, here, half + 1)
    earlier, before = (before[0], before[1:]) if len(before) > half else (None, before)
    bubbles = await draw(session, [*before, *found[:half]], earlier, zone)
    return ThreadPage(
        bubbles,
        older=key_of(bubbles[0].message) if earlier is not None else None,
        newer=key_of(bubbles[-1].message) if len(found) > half else None,
    )


async def as_seen_by(session: AsyncSession, user_id: int, page: ThreadPage) -> ThreadPage:
    """The same with an attendant's own marks."""
    marks = await marks_on(session, user_id, [bubble.message.id for bubble in page.bubbles])
    return replace(page, marks=marks)


async def first_from(
    session: AsyncSession, conversation_id: int, zone: ZoneInfo, day: date
) -> Message | None:
    """The first message of this day, or of the next one on which there was any."""
    since = (datetime.combine(day, time(), zone).astimezone(UTC), -POSITIONS)
    found = await from_place_on(session, conversation_id, since, 1)
    return found[0] if found else None


PLACE = tuple_(Message.sent_at, Message.position)


def place_of(message: Message) -> Place:
    return message.sent_at, message.position


async def above(
    session: AsyncSession, conversation_id: int, place: Place | None, size: int
) -> Sequence[Message]:
    wanted = select(Message).where(Message.conversation_id == conversation_id)
    if place is not None:
        wanted = wanted.where(place > PLACE)
    nearest_first = wanted.order_by(Message.sent_at.desc(), Message.position.desc()).limit(size)
    return (await session.scalars(nearest_first)).all()[::-1]


async def from_place_on(
    session: AsyncSession, conversation_id: int, place: Place, size: int
) -> Sequence[Message]:
    wanted = select(Message).where(Message.conversation_id == conversation_id, place <= PLACE)
    return (await session.scalars(wanted.order_by(Message.sent_at, Message.position).limit(size))).all()
