"""How far each attendant has read."""

from typing import Any

from sqlalchemy import ColumnElement, and_, bindparam, func, insert, literal, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession

from app import clock, jobs
from app.accounts.models import User
from app.attention.counting import cursor_of, has_unread
from app.attention.models import ReadCursor
from app.conversations.marked import CONVERSATIONS, MARKS, mark_of
from app.conversations.models import Conversation, Direction, Message
from app.db import table_of
from app.live.events import Change, EventKind, announce
from app.whatsapp.models import Number

MARK_READ = "mark_read"  # the job that tells the customer


CURSORS, MESSAGES = table_of(ReadCursor), table_of(Message)

# Built once: an attendant who looks asks them for every message.
STANDING = (
    select(
        CONVERSATIONS.c.last_position,
        CONVERSATIONS.c.inbound_count,
        CURSORS.c.position,
        CURSORS.c.inbound_seen,
        MARKS.c.is_unread,
    )
    .outerjoin(CURSORS, cursor_of(bindparam("user")))
    .outerjoin(MARKS, mark_of(bindparam("user")))
    .where(CONVERSATIONS.c.id == bindparam("conversation"))
)
TAKING_OFF = (
    update(MARKS)
    .where(MARKS.c.user_id == bindparam("user"), MARKS.c.conversation_id == bindparam("conversation"))
    .values(is_unread=False)
)
INBOUND_UP_TO = (
    select(func.count())
    .select_from(MESSAGES)
    .where(
        MESSAGES.c.conversation_id == bindparam("conversation"),
        MESSAGES.c.direction == Direction.IN,
        MESSAGES.c.position > 0,  # the past was never counted
        MESSAGES.c.position <= bindparam("position"),
    )
)


async def mark_read(session: AsyncSession, user: User, conversation_id: int, up_to: int) -> bool:
    """This attendant has seen everything up to position `up_to`, and what they marked as unread is so no more; whether
    that was news.

    Never moves backwards. Where the number's setting says so, the customer sees it too.
    """
    found = (await session.execute(STANDING, {"user": user.id, "conversation": conversation_id})).one()
    if found.is_unread:
        await session.execute(TAKING_OFF, {"user": user.id, "conversation": conversation_id})
        announce(session, Change(EventKind.CURSOR_MOVED, conversation_id, user_id=user.id))
    position = min(up_to, found.last_position)
    if found.position is not None and found.position >= position:
        return False
    seen = found.inbound_count  # of all of it, unless something came that is not on screen yet
    if position < found.last_position:
        up_to_here = {"conversation": conversation_id, "position": position}
        seen = (await session.execute(INBOUND_UP_TO, up_to_here)).scalar_one()
    await put_cursors(session, [user.id], conversation_id, position, seen)
    if found.position is not None and found.inbound_seen == seen:
        return False
    announce(session, Change(EventKind.CURSOR_MOVED, conversation_id, user_id=user.id))
    await tell_customer(session, conversation_id, where="open")
    return True


async def everybody_has_read(session: AsyncSession, conversation_id: int) -> None:
    """A person answered: nobody needs to look at what was there before."""
    users = (await session.scalars(select(User.id).order_by(User.id))).all()
    now_at = select(Conversation.last_position, Conversation.inbound_count).where(
        Conversation.id == conversation_id
    )
    position, seen = (await session.execute(now_at)).one()
    await put_cursors(session, users, conversation_id, position, seen)


async def mark_all_read(session: AsyncSession, user: User) -> None:
    """This attendant has seen everything. Their pages are fetched anew, for every row may look different."""
    await have_read(session, user, CONVERSATIONS.c.merged_into_id.is_(None))
    announce(session, Change(EventKind.ATTENDANT_CHANGED, user_id=user.id))


async def have_read(session: AsyncSession, user: User, which: ColumnElement[bool]) -> None:
    """This attendant has seen all that stands in the conversations that the rule names, in four statements however many
    they are; customers hear of it where their number's setting says so. Announces nothing."""
    mine = literal(user.id)
    unread = (
        select(CONVERSATIONS)
        .outerjoin(CURSORS, cursor_of(user.id))
        .outerjoin(MARKS, mark_of(mine))
        .where(which, or_(has_unread(), MARKS.c.is_unread.is_(True)))
    )
    told = unread.join(Number, Number.id == CONVERSATIONS.c.number_id).where(
        has_unread(), Number.marks_read == "open", Number.is_receive_only.is_(False)
    )
    heard = (await session.scalars(told.with_only_columns(CONVERSATIONS.c.id))).all()
    await jobs.enqueue_all(session, MARK_READ, [(str(one), clock.now(), {}) for one in heard])
    now = literal(clock.now(), ReadCursor.read_at.type)
    where_to = unread.with_only_columns(mine, *CONVERSATIONS.c["id", "last_position", "inbound_count"], now)
    await move_cursors(session, inserting(session).from_select(COLUMNS, where_to))
    by_hand = and_(MARKS.c.user_id == user.id, MARKS.c.is_unread.is_(True))
    theirs = MARKS.c.conversation_id.in_(select(CONVERSATIONS.c.id).where(which))
    await session.execute(update(MARKS).where(by_hand, theirs).values(is_unread=False))


COLUMNS = ["user_id", "conversation_id", "position", "inbound_seen", "read_at"]


async def put_cursors(
    session: AsyncSession, users: Any, conversation_id: int, position: int, seen: int
) -> None:
    """Move the cursors of these attendants forward, in one statement."""
    now = clock.now()
    rows = [
        {
            "user_id": user,
            "conversation_id": conversation_id,
            "position": position,
            "inbound_seen": seen,
            "read_at": now,
        }
        for user in users
    ]
    if rows:
        await move_cursors(session, inserting(session).values(rows))


def inserting(session: AsyncSession) -> Any:
    dialect: Any = sqlite if session.get_bind().dialect.name == "sqlite" else postgresql
    return dialect.insert(ReadCursor)


async def move_cursors(session: AsyncSession, put: Any) -> None:
    """Insert these cursors; who has one there already goes forward, never back."""
    newer = {name: put.excluded[name] for name in ("position", "inbound_seen", "read_at")}
    forward = ReadCursor.position < put.excluded.position
    await session.execute(
        put.on_conflict_do_update(index_elements=["user_id", "conversation_id"], set_=newer, where=forward)
    )


async def start_with_nothing_unread(session: AsyncSession, user_id: int) -> None:
    """A new attendant is not greeted by years of old messages."""
    everything = select(
        literal(user_id),
        Conversation.id,
        Conversation.last_position,
        Conversation.inbound_count,
        literal(clock.now(), ReadCursor.read_at.type),
    )
    await session.execute(insert(ReadCursor).from_select(COLUMNS, everything))


async def tell_customer(session: AsyncSession, conversation_id: int, *, where: str) -> None:
    """Have the customer's newest message marked as read, at a number whose setting is `where` (open, reply)."""
    policy = (
        select(Number.marks_read)
        .join(Conversation, Conversation.number_id == Number.id)
        .where(Conversation.id == conversation_id, Number.is_receive_only.is_(False))
    )
    if (await session.execute(policy)).scalar_one_or_none() == where:
        await jobs.enqueue(session, MARK_READ, str(conversation_id), run_at=clock.now())
