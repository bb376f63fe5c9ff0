"""What was said before this desk was there, put into its threads at its own time. It calls nobody and is nobody's to read."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession

from app.contacts import identities
from app.contacts.identities import Named
from app.conversations import early_changes, receiving
from app.conversations.beside import beside_of
from app.conversations.known import looked_up
from app.conversations.models import Author, Direction, Message
from app.conversations.ordering import past_time_of, store_past
from app.live.events import Change, EventKind, announce
from app.media import expecting
from app.outbox.delivery import DeliveryStatus
from app.search import message_text
from app.whatsapp import items
from app.whatsapp.models import Number

PLACEHOLDER = "media_placeholder"  # stands for a file that may come in a body of its own
FILES_WITHIN = timedelta(minutes=5)  # WhatsApp gives those of the last two weeks

STATUSES = {
    "SENT": DeliveryStatus.SENT,
    "DELIVERED": DeliveryStatus.DELIVERED,
    "READ": DeliveryStatus.READ,
    "PLAYED": DeliveryStatus.PLAYED,
    "ERROR": DeliveryStatus.FAILED,
    "PENDING": DeliveryStatus.UNKNOWN,
}


@dataclass(frozen=True)
class Remembered:
    """A message of the past: at which number of ours, and when we heard of it."""

    number: Number
    item: items.PastMessage
    now: datetime


async def remember(session: AsyncSession, found: Sequence[Remembered], *, claude_answers: bool) -> None:
    """Store messages of the past, each once, in this order. Each thread that changes is announced once a transaction.

    One that is known already stays as it is, but that a placeholder gets its file. Raises ValueError for a message
    without a customer.
    """
    seen, awaited = await looked_up(session, [(one.number.id, one.item.wamid) for one in found])
    new = []
    for one in found:
        key = (one.number.id, one.item.wamid)
        if key in seen:
            await fill_placeholder(session, one)
            continue
        seen.add(key)
        new.append(one)
    if new:
        messages = await store(session, new, claude_answers=claude_answers)
        await early_changes.apply(session, messages, awaited)


async def store(
    session: AsyncSession, new: Sequence[Remembered], *, claude_answers: bool
) -> Sequence[Message]:
    contacts = await identities.resolve(
        session, [Named(one.item.customer, one.now, one.item.sent_at) for one in new]
    )
    pairs = list(zip(new, contacts, strict=True))
    places = await receiving.places_between(session, pairs, claude_answers=claude_answers)
    placed = [(places[one.number.id, contact_id], one) for one, contact_id in pairs]
    messages = await store_past(session, [(place, columns_of(place.id, one)) for place, one in placed])
    await expecting.expect(session, messages, within=FILES_WITHIN)
    for conversation_id in {place.id: True for place, _ in placed}:
        announce(session, Change(EventKind.PAST_ADDED, conversation_id))
    return messages


def columns_of(conversation_id: int, one: Remembered) -> dict[str, Any]:
    """What a message of the past fills of a stored one."""
    item = one.item
    side: dict[str, Any] = {"direction": Direction.IN, "author": Author.CONTACT}
    if item.by_us:
        status = STATUSES.get(item.status.upper(), DeliveryStatus.SENT)
        side = {"direction": Direction.OUT, "author": Author.PHONE, "status": status}
    return side | {
        "conversation_id": conversation_id,
        "number_id": one.number.id,
        "type": item.type[:40],
        "body": item.body,
        "content": item.content,
        "beside": beside_of(item),
        "wamid": item.wamid,
        "reply_to_wamid": item.reply_to_wamid,
        "sent_at": past_time_of(item.sent_at, one.now),
        "stored_at": one.now,
    }


async def fill_placeholder(session: AsyncSession, one: Remembered) -> None:
    """A file that came after the message which stands for it."""
    item = one.item
    if item.type == PLACEHOLDER:
        return
    empty = update(Message).where(
        Message.number_id == one.number.id, Message.wamid == item.wamid, Message.type == PLACEHOLDER
    )
    filled = empty.values(type=item.type[:40], body=item.body, content=item.content, beside=beside_of(item))
    current = {"populate_existing": True}
    messages = (await session.scalars(filled.returning(Message), execution_options=current)).all()
    await message_text.read_again(
        session, message_text.MESSAGES.c.id.in_([message.id for message in messages])
    )
    await expecting.expect(session, messages, within=FILES_WITHIN)
    for message in messages:
        announce(session, Change(EventKind.PAST_ADDED, message.conversation_id))
