"""Taking back a text that is still held here: it goes from the thread, and back to where it was written."""

from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

from sqlalchemy import delete, select, tuple_, update
from sqlalchemy.ext.asyncio import AsyncSession

from app import clock
from app.accounts.models import User
from app.conversations import about, drafts, shared, thread
from app.conversations.models import Conversation, Direction, Message
from app.conversations.shared import SharedPage
from app.errors import Invalid
from app.i18n import N_
from app.live.events import Change, EventKind, announce
from app.outbox import holding
from app.outbox.holding import HELD_KINDS


async def recall(
    session: AsyncSession, conversation: Conversation, message_id: int, *, by: User
) -> int | None:
    """Take back what has not left: for everybody it was never there, its writer has the text again. Gives the message
    below it, which may begin the run now.

    Raises NotFound, and Invalid for what somebody else wrote and for what has left or may have.
    """
    await session.refresh(conversation, with_for_update={"key_share": True})
    message = await about.message_in(session, conversation, message_id)
    if message.user_id != by.id or message.type not in HELD_KINDS:
        raise Invalid(N_("Only a text that you wrote yourself can be taken back."))
    if not await holding.take_out(session, message_id):
        raise Invalid(N_("Too late: the message is on its way."))
    below = await after(session, message)
    await session.execute(delete(Message).where(Message.id == message_id))
    await show_the_one_before(session, message)
    await drafts.put_back(session, by.id, conversation.id, message.body)
    announce(session, Change(EventKind.MESSAGE_RECALLED, conversation.id, message_id))
    if below is not None:
        announce(session, Change(EventKind.MESSAGE_CHANGED, conversation.id, below))
    return below


@dataclass(frozen=True)
class Gone:
    """A message that is no more, and what its going changes: `day`, when it stood alone on it; the first links."""

    message_id: int
    conversation_id: int
    day: date | None
    links: SharedPage


async def gone_with(session: AsyncSession, conversation_id: int, message_id: int, zone: ZoneInfo) -> Gone:
    """It was taken back within seconds, so its day was today."""
    day = await thread.day_left_empty(session, conversation_id, clock.today(zone), zone)
    links = await shared.page(session, conversation_id, shared.Kind.LINKS, zone)
    return Gone(message_id, conversation_id, day, links)


async def after(session: AsyncSession, message: Message) -> int | None:
    """The id of the message below it in its thread."""
    place = tuple_(Message.sent_at, Message.position)
    below = select(Message.id).where(
        Message.conversation_id == message.conversation_id, place > (message.sent_at, message.position)
    )
    return (
        await session.execute(below.order_by(Message.sent_at, Message.position).limit(1))
    ).scalar_one_or_none()


async def show_the_one_before(session: AsyncSession, gone: Message) -> None:
    """The row shows what is newest now, at that one's place, if it showed the message that has gone."""
    newest = (
        select(Message.position, Message.sent_at)
        .where(Message.conversation_id == gone.conversation_id, Message.direction != Direction.SYSTEM)
        .order_by(Message.sent_at.desc(), Message.position.desc())
        .limit(1)
    )
    left = (await session.execute(newest)).first()
    shown: dict[str, object] = {"last_message_position": left.position if left else None}
    if left is not None:
        shown["last_activity_at"] = left.sent_at
    showed_it = update(Conversation).where(
        Conversation.id == gone.conversation_id, Conversation.last_message_position == gone.position
    )
    await session.execute(showed_it.values(**shown))
