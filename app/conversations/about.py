"""What one message allows and what became of it, for its menu."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.models import User
from app.conversations import service_window, thread
from app.conversations.forwarding import may_be_forwarded
from app.conversations.message_marks import marks_on
from app.conversations.models import Conversation, Message
from app.conversations.reacting import may_react_to
from app.errors import NotFound
from app.media.models import Media, MediaState


@dataclass(frozen=True)
class Menu:
    """`own_emoji` "" for none."""

    message: Message
    may_react: bool
    own_emoji: str
    file: Media | None
    is_starred: bool
    may_forward: bool


async def message_in(
    session: AsyncSession, conversation: Conversation, message_id: int, *, locked: bool = False
) -> Message:
    """Raises NotFound for a message of another thread. `locked`: nobody else changes it until the transaction ends."""
    theirs = select(Message).where(Message.id == message_id, Message.conversation_id == conversation.id)
    theirs = theirs.with_for_update(key_share=True) if locked else theirs
    message = (await session.scalars(theirs)).one_or_none()
    if message is None:
        raise NotFound
    return message


async def menu_of(session: AsyncSession, user: User, conversation: Conversation, message_id: int) -> Menu:
    """Raises NotFound."""
    message = await message_in(session, conversation, message_id)
    put = (await thread.reactions_to(session, [message])).get(message.wamid or "", ())
    there = select(Media).where(Media.message_id == message_id, Media.state == MediaState.THERE)
    file = (await session.scalars(there)).one_or_none() if message.revoked_at is None else None
    return Menu(
        message,
        may_react_to(message) and service_window.of(conversation).is_open,
        next((one.emoji for one in put if one.by_us), ""),
        file,
        message_id in (await marks_on(session, user.id, [message_id])).starred,
        may_be_forwarded(message, file),
    )
