"""What a customer (or the phone app) did, put into the conversation it belongs to."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.assistant.schedule import ask_for_answer
from app.attention import reading
from app.contacts import identities
from app.conversations import handoff
from app.conversations.models import Author, Conversation, Direction, Message, Mode, Reaction
from app.conversations.ordering import store, time_of
from app.db import insert_if_new, table_of
from app.live.events import Change, EventKind, announce
from app.outbox.delivery import DeliveryStatus
from app.whatsapp import items
from app.whatsapp.models import Number

MESSAGES, CONVERSATIONS = table_of(Message), table_of(Conversation)

# Built once: they stand on the way of every message.
KNOWN = select(MESSAGES.c.id).where(
    MESSAGES.c.number_id == bindparam("number"), MESSAGES.c.wamid == bindparam("wamid")
)
BETWEEN = (
    select(CONVERSATIONS.c.id, CONVERSATIONS.c.mode, CONVERSATIONS.c.claude_stopped)
    .where(
        CONVERSATIONS.c.number_id == bindparam("number"), CONVERSATIONS.c.contact_id == bindparam("contact")
    )
    .with_for_update(key_share=True)
)


@dataclass(frozen=True)
class Between:
    """The conversation of a contact at a number, as far as receiving needs it."""

    id: int
    mode: str
    claude_stopped: bool


class NotOurs(ValueError):
    """An item that belongs in no conversation of ours, such as a group's; it is set aside with this reason."""


async def receive(
    session: AsyncSession,
    number: Number,
    item: items.InboundMessage,
    now: datetime,
    *,
    claude_answers: bool,
    wait_seconds: float,
) -> Message | None:
    """Store one inbound message once; None when we already have it. Raises NotOurs for a group's message."""
    if item.group_id:
        raise NotOurs("a group message")
    if await is_known(session, number.id, item.wamid):
        return None
    contact_id = await identities.resolve(session, item.sender, now)
    conversation = await conversation_with(session, number, contact_id, now, claude_answers=claude_answers)
    columns = columns_of(conversation.id, number.id, item, now)
    message = await store(session, Direction.IN, author=Author.CONTACT, **columns)
    announce(session, Change(EventKind.MESSAGE_ADDED, conversation.id, message.id))
    if conversation.claude_stopped:
        announce(session, Change(EventKind.CONVERSATION_CHANGED, conversation.id))
    if conversation.mode == Mode.CLAUDE:
        await ask_for_answer(session, conversation.id, message, wait_seconds)
    return message


async def receive_echo(
    session: AsyncSession, number: Number, item: items.Echo, now: datetime
) -> Message | None:
    """Somebody of the business answered in the phone app: shown as ours, and Claude falls silent.

    Raises NotOurs for a group's message.
    """
    if item.group_id:
        raise NotOurs("a group message")
    if await is_known(session, number.id, item.wamid):
        return None
    contact_id = await identities.resolve(session, item.recipient, now)
    between = await conversation_with(session, number, contact_id, now, claude_answers=False)
    columns = columns_of(between.id, number.id, item, now)
    message = await store(session, Direction.OUT, author=Author.PHONE, status=DeliveryStatus.SENT, **columns)
    conversation = await session.get_one(Conversation, between.id)
    await handoff.to_people(session, conversation, by=None)
    await reading.everybody_has_read(session, conversation.id)
    announce(session, Change(EventKind.MESSAGE_ADDED, conversation.id, message.id))
    return message


async def is_known(session: AsyncSession, number_id: int, wamid: str) -> bool:
    return (await session.execute(KNOWN, {"number": number_id, "wamid": wamid})).first() is not None


async def conversation_with(
    session: AsyncSession, number: Number, contact_id: int, now: datetime, *, claude_answers: bool
) -> Between:
    """The one conversation of this contact at this number, locked; begun if it is the first time."""
    mode = Mode.CLAUDE if claude_answers and not number.is_receive_only else Mode.PERSON
    values = {
        "number_id": number.id,
        "contact_id": contact_id,
        "mode": mode,
        "created_at": now,
        "last_activity_at": now.replace(microsecond=0),
        "last_position": 0,
        "last_inbound_position": 0,
        "inbound_count": 0,
    }
    theirs = {"number": number.id, "contact": contact_id}
    row = (await session.execute(BETWEEN, theirs)).one_or_none()
    if row is None:
        await insert_if_new(session, Conversation, values, unique=["number_id", "contact_id"])
        row = (await session.execute(BETWEEN, theirs)).one()
    return Between(*row)


def columns_of(
    conversation_id: int, number_id: int, item: items.InboundMessage | items.Echo, now: datetime
) -> dict[str, Any]:
    """What an item fills of a stored message."""
    return {
        "conversation_id": conversation_id,
        "number_id": number_id,
        "type": item.type[:40],
        "body": item.body,
        "content": item.content,
        "wamid": item.wamid,
        "reply_to_wamid": item.reply_to_wamid,
        "sent_at": time_of(item.sent_at, now),
        "stored_at": now,
    }


async def react(session: AsyncSession, number: Number, item: items.Reaction, now: datetime) -> None:
    """Put, change or take back the customer's emoji on a message; the newest word wins, also out of order."""
    contact_id = await identities.resolve(session, item.sender, now)
    at = time_of(item.sent_at, now)
    values = {
        "number_id": number.id,
        "contact_id": contact_id,
        "target_wamid": item.target_wamid,
        "emoji": item.emoji,
        "reacted_at": at,
    }
    if (
        await insert_if_new(session, Reaction, values, unique=["number_id", "target_wamid", "contact_id"])
        is None
    ):
        theirs = update(Reaction).where(
            Reaction.number_id == number.id,
            Reaction.target_wamid == item.target_wamid,
            Reaction.contact_id == contact_id,
            Reaction.reacted_at <= at,
        )
        await session.execute(theirs.values(emoji=item.emoji, reacted_at=at))
    await announce_message(session, number.id, item.target_wamid)


async def edit(session: AsyncSession, number: Number, item: items.Edit, now: datetime) -> None:
    """Replace the text of a message that its author edited; what we never had is left alone."""
    changed = update(Message).where(Message.number_id == number.id, Message.wamid == item.original_wamid)
    await session.execute(changed.values(body=item.body, edited_at=time_of(item.sent_at, now)))
    await announce_message(session, number.id, item.original_wamid)


async def revoke(session: AsyncSession, number: Number, item: items.Revoke, now: datetime) -> None:
    """Note that the author took a message back."""
    changed = update(Message).where(Message.number_id == number.id, Message.wamid == item.original_wamid)
    await session.execute(changed.values(revoked_at=time_of(item.sent_at, now)))
    await announce_message(session, number.id, item.original_wamid)


async def announce_message(session: AsyncSession, number_id: int, wamid: str) -> None:
    named = select(Message.id, Message.conversation_id).where(
        Message.number_id == number_id, Message.wamid == wamid
    )
    for message_id, conversation_id in await session.execute(named):
        announce(session, Change(EventKind.MESSAGE_CHANGED, conversation_id, message_id))
