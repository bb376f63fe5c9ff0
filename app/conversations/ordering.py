"""The order of a thread: provider time in whole seconds (that is all WhatsApp tells), then the conversation's counter."""

from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, case, insert, or_, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.sql.dml import ReturningUpdate

from app.conversations.models import Conversation, Direction, Message
from app.db import UtcDateTime, table_of

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


def placing(direction: Direction) -> ReturningUpdate[Any]:
    """One statement that counts a message, locks its conversation, and lets the message be the last one shown
    unless a later one already is. Built once: it stands on the way of every message."""
    table, sent_at = table_of(Conversation), bindparam("sent_at", type_=UtcDateTime())
    is_last = or_(table.c.last_message_position.is_(None), table.c.last_activity_at <= sent_at)
    position = table.c.last_position + 1
    changes: dict[str, Any] = {
        "last_position": position,
        "last_message_position": case((is_last, position), else_=table.c.last_message_position),
        "last_activity_at": case((is_last, sent_at), else_=table.c.last_activity_at),
    }
    if direction is Direction.IN:
        newer = table.c.last_inbound_at > sent_at
        changes["last_inbound_position"] = position
        changes["last_inbound_at"] = case((newer, table.c.last_inbound_at), else_=sent_at)
        changes["inbound_count"] = table.c.inbound_count + 1
        changes["claude_stopped"] = False  # it answers all that waits, with this
    placed = update(table).where(table.c.id == bindparam("conversation"))
    return placed.values(**changes).returning(table.c.last_position)


PLACING = {direction: placing(direction) for direction in Direction}
MESSAGES = table_of(Message)
STORING = insert(MESSAGES).returning(MESSAGES.c.id)


async def store(session: AsyncSession, direction: Direction, **values: Any) -> Message:
    """Put a message into its thread; `values` are its columns but id, position and direction.

    Gives it as it was stored, outside of the session. Its conversation is locked until the transaction ends.
    """
    where = {"conversation": values["conversation_id"], "sent_at": values["sent_at"]}
    position = (await session.execute(PLACING[direction], where)).scalar_one()
    message = Message(**({"body": "", "content": {}} | values), position=position, direction=direction)
    columns = {name: getattr(message, name) for name in STORED}
    message.id = (await session.execute(STORING, columns)).scalar_one()
    return message


STORED = [column.name for column in MESSAGES.columns if column.name != "id"]
