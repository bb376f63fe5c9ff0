"""What one message allows and what became of it, for its menu."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.conversations import service_window, thread
from app.conversations.models import Conversation, Direction, Message
from app.conversations.reacting import may_react_to
from app.errors import NotFound
from app.i18n import N_
from app.media.models import Media, MediaState
from app.outbox.delivery import attempt_to_show, attempts_at


@dataclass(frozen=True)
class Menu:
    """`times`: pairs of an English word and a moment, in the order things happened. `own_emoji` "" for none."""

    message: Message
    may_react: bool
    own_emoji: str
    times: Sequence[tuple[str, datetime]]
    file: Media | None


async def message_in(session: AsyncSession, conversation: Conversation, message_id: int) -> Message:
    """Raises NotFound for a message of another thread."""
    theirs = select(Message).where(Message.id == message_id, Message.conversation_id == conversation.id)
    message = (await session.scalars(theirs)).one_or_none()
    if message is None:
        raise NotFound
    return message


async def menu_of(session: AsyncSession, conversation: Conversation, message_id: int) -> Menu:
    """Raises NotFound."""
    message = await message_in(session, conversation, message_id)
    put = (await thread.reactions_to(session, [message])).get(message.wamid or "", ())
    there = select(Media).where(Media.message_id == message_id, Media.state == MediaState.THERE)
    return Menu(
        message,
        may_react_to(message) and service_window.of(conversation).is_open,
        next((one.emoji for one in put if one.by_us), ""),
        await times_of(session, message),
        (await session.scalars(there)).one_or_none() if message.revoked_at is None else None,
    )


async def times_of(session: AsyncSession, message: Message) -> Sequence[tuple[str, datetime]]:
    """When it was sent, delivered and read, as far as WhatsApp said; of a customer's message, when it was written."""
    if message.direction == Direction.IN:
        return [(N_("Written"), message.sent_at)]
    attempts = await attempts_at(session, message.id)
    if not attempts:
        return [(N_("Sent"), message.sent_at)]
    shown = attempt_to_show(attempts)
    moments = [
        (N_("Sent"), shown.sent_at),
        (N_("Delivered"), shown.delivered_at),
        (N_("Read"), shown.read_at),
    ]
    return [(word, moment) for word, moment in moments if moment is not None]
