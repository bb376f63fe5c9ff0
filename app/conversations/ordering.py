"""The order of a thread: provider time in whole seconds (that is all WhatsApp tells), then the conversation's counter."""

from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import case, literal, or_, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.conversations.models import Conversation, Direction, Message

OLDEST = timedelta(days=8)  # Meta delivers a webhook for up to 7 days
NEWEST = timedelta(minutes=5)


def time_of(provider_time: datetime | None, received_at: datetime) -> datetime:
    """When a message counts as sent: the provider's word within reason, in whole seconds."""
    claimed = provider_time or received_at
    clamped = min(max(claimed, received_at - OLDEST), received_at + NEWEST)
    return clamped.replace(microsecond=0)


def sort_key(sent_at: datetime, position: int) -> str:
    """The order as text for the browser: 11 digits of seconds, 12 of the counter."""
    return f"{int(sent_at.timestamp()):011d}{position:012d}"


def key_of(message: Message) -> str:
    return sort_key(message.sent_at, message.position)


def parse_key(key: str) -> tuple[datetime, int] | None:
    """The (sent_at, position) that a sort key names; None for anything else."""
    if len(key) != 23 or not key.isascii() or not key.isdigit():
        return None
    return datetime.fromtimestamp(int(key[:11]), UTC), int(key[11:])


async def take_position(session: AsyncSession, conversation_id: int) -> int:
    """The next position of a conversation's counter; locks its row until the transaction ends."""
    raised = (
        update(Conversation)
        .where(Conversation.id == conversation_id)
        .values(last_position=Conversation.last_position + 1)
    )
    return (await session.execute(raised.returning(Conversation.last_position))).scalar_one()


async def note_activity(session: AsyncSession, message: Message) -> None:
    """Let a stored message be the conversation's last one, unless a later one already is; inbound ones are counted."""
    is_last = or_(Conversation.last_message_id.is_(None), Conversation.last_activity_at <= message.sent_at)
    changes: dict[str, Any] = {
        "last_message_id": case((is_last, message.id), else_=Conversation.last_message_id),
        "last_activity_at": case(
            (is_last, literal(message.sent_at, Conversation.last_activity_at.type)),
            else_=Conversation.last_activity_at,
        ),
    }
    if message.direction == Direction.IN:
        changes["last_inbound_position"] = message.position
        newer = Conversation.last_inbound_at > message.sent_at
        at = literal(message.sent_at, Conversation.last_activity_at.type)
        changes["last_inbound_at"] = case((newer, Conversation.last_inbound_at), else_=at)
        changes["inbound_count"] = Conversation.inbound_count + 1
    noted = update(Conversation).where(Conversation.id == message.conversation_id)
    await session.execute(noted.values(**changes).execution_options(synchronize_session=False))
