"""What an attendant sees who opens a conversation: its end, the first they have not read, or the place they ask for."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import uuid4
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.models import User
from app.attention.models import ReadCursor
from app.conversations import held_texts, listing, thread_pages
from app.conversations.about import message_in
from app.conversations.access import conversation_for
from app.conversations.listing import Row
from app.conversations.models import Conversation, Direction, HeldText, Message
from app.conversations.seen import Seen, seen_by
from app.conversations.thread_pages import ThreadPage


@dataclass(frozen=True)
class ShownThread:
    """`first_unread_id`: the message above which the unread bar stands, if any. `at`: the one that was asked for."""

    page: ThreadPage
    unread: int
    first_unread_id: int | None
    at: int | None


@dataclass(frozen=True)
class OpenConversation:
    """What the right-hand pane shows."""

    row: Row
    seen: Seen
    shown: ShownThread
    compose_id: str
    hold_id: str  # the same for a text that is held
    note_compose_id: str  # the same for a private note
    held: Sequence[HeldText]


async def open_for(
    session: AsyncSession, user: User, conversation_id: int, zone: ZoneInfo, at: int | None
) -> OpenConversation:
    """Raises NotFound, also for a message `at` that is not in this thread."""
    found = await conversation_for(session, user, conversation_id)
    row = (await listing.rows_by_id(session, [found.id]))[found.id]
    seen = (await seen_by(session, user, [found]))[found.id]
    shown = await thread_of(session, user, found, zone, seen.unread, at)
    held = await held_texts.of(session, found.id)
    return OpenConversation(row, seen, shown, str(uuid4()), str(uuid4()), str(uuid4()), held)


async def thread_for(
    session: AsyncSession, user: User, found: Conversation, zone: ZoneInfo, at: int | None
) -> ShownThread:
    """The bubbles: round the message `at`, else from the first unread one to the end. Raises NotFound."""
    seen = (await seen_by(session, user, [found]))[found.id]
    return await thread_of(session, user, found, zone, seen.unread, at)


async def thread_of(
    session: AsyncSession, user: User, found: Conversation, zone: ZoneInfo, unread: int, at: int | None
) -> ShownThread:
    position = await read_position(session, user, found) if unread else None
    if at is not None:
        page = await thread_pages.page_round(session, await message_in(session, found, at), zone)
    else:
        page = await thread_pages.newest(session, found.id, zone, position)
    page = await thread_pages.as_seen_by(session, user.id, page)
    return ShownThread(page, unread, first_unread(page, position), at)


async def read_position(session: AsyncSession, user: User, found: Conversation) -> int:
    at = select(ReadCursor.position).where(
        ReadCursor.user_id == user.id, ReadCursor.conversation_id == found.id
    )
    return (await session.execute(at)).scalar_one_or_none() or 0


async def unread_since(
    session: AsyncSession, conversation: Conversation, position: int
) -> tuple[Message | None, int]:
    """The customer's first message after this position, and how many they are."""
    theirs = (
        select(Message)
        .where(Message.conversation_id == conversation.id, Message.position > position)
        .where(Message.direction == Direction.IN)
        .order_by(Message.sent_at, Message.position)
        .limit(100)
    )
    found = (await session.scalars(theirs)).all()
    return (found[0] if found else None), len(found)


def first_unread(page: ThreadPage, position: int | None) -> int | None:
    """The first bubble of this page that the attendant has not seen, unless it may have others above it."""
    if position is None:
        return None
    unseen = (
        one for one in page.bubbles if one.message.direction == "in" and one.message.position > position
    )
    first = next(unseen, None)
    is_all_unread = first is not None and first is page.bubbles[0] and page.newer is not None
    return None if first is None or is_all_unread else first.message.id
