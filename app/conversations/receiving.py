"""What a customer (or the phone app) did, put into the conversation it belongs to."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from sqlalchemy import bindparam, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.assistant.schedule import ask_for_answers
from app.attention import reading
from app.boundaries import Boundary, passed
from app.contacts import identities, shared_numbers
from app.contacts.identities import Named
from app.contacts.models import Contact
from app.conversations import early_changes, handoff, held_texts, service_window, wordings
from app.conversations.beside import beside_of
from app.conversations.handoff import ModeReason
from app.conversations.known import Key, looked_up
from app.conversations.models import Author, Conversation, Direction, Message, Mode, Reaction
from app.conversations.ordering import CONVERSATIONS, PLACES, Place, store_all, time_of
from app.conversations.silent import is_silent
from app.db import Overtaken, insert_if_new
from app.live.events import Change, EventKind, announce
from app.media import expecting
from app.outbox.delivery import DeliveryStatus
from app.push import calling
from app.whatsapp import items
from app.whatsapp.models import Number

# Built once: it stands on the way of every message.
PLACES_BETWEEN = PLACES.where(  # one list each: SQLite finds no index for pairs
    CONVERSATIONS.c.number_id.in_(bindparam("numbers", expanding=True)),
    CONVERSATIONS.c.contact_id.in_(bindparam("contacts", expanding=True)),
)


@dataclass(frozen=True)
class Arrival:
    """A customer's message as it came: at which number of ours, and when we heard of it."""

    number: Number
    item: items.InboundMessage
    now: datetime


class Heard(Protocol):
    """Anything that was said at one of our numbers, and when we heard of it."""

    @property
    def number(self) -> Number: ...

    @property
    def now(self) -> datetime: ...


class NotOurs(ValueError):
    """An item that belongs in no conversation of ours, such as a group's; it is set aside with this reason."""


async def receive(
    session: AsyncSession, arrivals: Sequence[Arrival], *, claude_answers: bool, wait_seconds: float
) -> list[Message]:
    """Store customers' messages, each once and in this order, in few statements; those that were new.

    Raises NotOurs for a group's message, and ValueError for one without a sender; then nothing of it may be kept.
    """
    if any(arrival.item.group_id for arrival in arrivals):
        raise NotOurs("a group message")
    new, awaited = await without_known(session, arrivals)
    if not new:
        return []
    contacts = await identities.resolve(
        session, [Named(one.item.sender, one.now, one.item.sent_at) for one in new]
    )
    passed(Boundary.CONTACT_KNOWN)
    await shared_numbers.note(
        session, [(one.item, contact) for one, contact in zip(new, contacts, strict=True)]
    )
    pairs = list(zip(new, contacts, strict=True))
    places = await places_between(session, pairs, claude_answers=claude_answers)
    stopped = {place.id for place in places.values() if place.claude_stopped}
    placed = []
    for arrival, contact_id in pairs:
        place = places[arrival.number.id, contact_id]
        columns = columns_of(place, arrival.number.id, arrival.item, arrival.now)
        placed.append((place, {"author": Author.CONTACT, **columns}))
    messages = await store_all(session, Direction.IN, placed)
    await early_changes.apply(session, messages, awaited)
    for message in messages:
        announce(session, Change(EventKind.MESSAGE_ADDED, message.conversation_id, message.id))
    await expecting.expect(session, messages)
    await calling.ask(session, {message.conversation_id for message in messages})
    for conversation_id in stopped:
        announce(session, Change(EventKind.CONVERSATION_CHANGED, conversation_id))
    spoken = await held_texts.release(session, {place.id for place in places.values() if is_open(place)})
    claudes = {place.id for place in places.values() if place.mode == Mode.CLAUDE} - spoken
    asking = {  # the last of each
        message.conversation_id: message
        for message in messages
        if message.conversation_id in claudes and not is_silent(message.type, message.content)
    }
    if asking:
        await ask_for_answers(session, asking, wait_seconds)
        passed(Boundary.JOB_ASKED_FOR)
    return messages


def is_open(place: Place) -> bool:
    return service_window.as_of(place.window_until).is_open


async def without_known(session: AsyncSession, arrivals: Sequence[Arrival]) -> tuple[list[Arrival], set[Key]]:
    """Those that we do not have yet, each once; and which messages a change speaks of already."""
    seen, awaited = await looked_up(session, [(one.number.id, one.item.wamid) for one in arrivals])
    new = []
    for arrival in arrivals:
        key = (arrival.number.id, arrival.item.wamid)
        if key not in seen:
            seen.add(key)
            new.append(arrival)
    return new, awaited


async def places_between(
    session: AsyncSession, pairs: Sequence[tuple[Heard, int]], *, claude_answers: bool
) -> dict[tuple[int, int], Place]:
    """The one conversation of each contact at each number, locked; begun where it is the first time."""
    wanted = {(arrival.number.id, contact_id): arrival for arrival, contact_id in pairs}
    places = await places_of(session, list(wanted))
    missing = sorted(pair for pair in wanted if pair not in places)  # everybody begins them in this order
    for number_id, contact_id in missing:
        first = wanted[number_id, contact_id]
        await begin(session, first.number, contact_id, first.now, claude_answers=claude_answers)
    if missing:
        places |= await places_of(session, missing)
    return places


async def places_of(session: AsyncSession, pairs: Sequence[tuple[int, int]]) -> dict[tuple[int, int], Place]:
    asked = {
        "numbers": list({number for number, _ in pairs}),
        "contacts": list({contact for _, contact in pairs}),
    }
    found = [Place(*row) for row in (await session.execute(PLACES_BETWEEN, asked)).all()]
    if any(place.merged_into_id is not None for place in found):
        raise Overtaken  # their contact has just become another one
    places = {(place.number_id, place.contact_id): place for place in found}
    return {pair: places[pair] for pair in pairs if pair in places}


async def begin(
    session: AsyncSession, number: Number, contact_id: int, now: datetime, *, claude_answers: bool
) -> None:
    """A contact's conversation at a number, unless it is there. Raises Overtaken when they have just become another."""
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
    await insert_if_new(session, Conversation, values, unique=["number_id", "contact_id"])
    merged = select(Contact.id).where(Contact.id == contact_id, Contact.merged_into_id.is_not(None))
    if (await session.execute(merged)).first() is not None:  # whoever merged them was waited for
        raise Overtaken


async def receive_echo(
    session: AsyncSession, number: Number, item: items.Echo, now: datetime
) -> Message | None:
    """Somebody of the business answered in the phone app: shown as ours, and Claude falls silent.

    Raises NotOurs for a group's message.
    """
    if item.group_id:
        raise NotOurs("a group message")
    known, awaited = await looked_up(session, [(number.id, item.wamid)])
    if known:
        return None
    contact_id = (await identities.resolve(session, [Named(item.recipient, now, item.sent_at)]))[0]
    await begin(session, number, contact_id, now, claude_answers=False)
    place = (await places_of(session, [(number.id, contact_id)]))[number.id, contact_id]
    columns = columns_of(place, number.id, item, now)
    echo = {"author": Author.PHONE, "status": DeliveryStatus.SENT, **columns}
    message = (await store_all(session, Direction.OUT, [(place, echo)]))[0]
    await early_changes.apply(session, [message], awaited)
    await expecting.expect(session, [message])
    conversation = await session.get_one(Conversation, place.id)
    await handoff.to_people(session, conversation, by=None, reason=ModeReason.PHONE)
    await reading.everybody_has_read(session, conversation.id)
    announce(session, Change(EventKind.MESSAGE_ADDED, conversation.id, message.id))
    return message


def columns_of(
    place: Place, number_id: int, item: items.InboundMessage | items.Echo, now: datetime
) -> dict[str, Any]:
    """What an item fills of a stored message."""
    return {
        "conversation_id": place.id,
        "number_id": number_id,
        "type": item.type[:40],
        "body": item.body,
        "content": item.content,
        "beside": beside_of(item),
        "wamid": item.wamid,
        "reply_to_wamid": item.reply_to_wamid,
        "sent_at": time_of(item.sent_at, now, place.last_activity_at),
        "stored_at": now,
    }


ONE_EACH = ["number_id", "target_wamid", "contact_id", "by_us"]


async def react(session: AsyncSession, number: Number, item: items.Reaction, now: datetime) -> None:
    """Put, change or take back an emoji on a message; the newest word wins, also out of order.

    The customer's, or the business's own, set on the phone: then `sender` is who it was shown to.
    """
    contact_id = (await identities.resolve(session, [Named(item.sender, now, item.sent_at)]))[0]
    at = time_of(item.sent_at, now)
    values = {
        "number_id": number.id,
        "contact_id": contact_id,
        "target_wamid": item.target_wamid,
        "by_us": item.by_us,
        "emoji": item.emoji,
        "reacted_at": at,
    }
    if await insert_if_new(session, Reaction, values, unique=ONE_EACH) is None:
        theirs = update(Reaction).where(
            Reaction.number_id == number.id,
            Reaction.target_wamid == item.target_wamid,
            Reaction.contact_id == contact_id,
            Reaction.by_us.is_(item.by_us),
            Reaction.reacted_at <= at,
        )
        await session.execute(theirs.values(emoji=item.emoji, reacted_at=at, error_code=None))
    is_new = bool(item.emoji) and not item.by_us
    kind = EventKind.REACTED if is_new else EventKind.MESSAGE_CHANGED
    await announce_message(session, number.id, item.target_wamid, kind)


async def edit(session: AsyncSession, number: Number, item: items.Edit, now: datetime) -> None:
    """A new wording of a message that its author edited; one that we do not have yet may still come."""
    named = select(Message).where(Message.number_id == number.id, Message.wamid == item.original_wamid)
    message = (await session.scalars(named.with_for_update())).one_or_none()
    at = time_of(item.sent_at, now)
    if message is None:
        await early_changes.keep(session, number.id, item.original_wamid, item.wamid, item.body, at)
    elif await wordings.reword(session, message, wamid=item.wamid, body=item.body, written_at=at):
        announce(session, Change(EventKind.MESSAGE_CHANGED, message.conversation_id, message.id))


async def revoke(session: AsyncSession, number: Number, item: items.Revoke, now: datetime) -> None:
    """Note that the author took a message back, also one that we do not have yet."""
    changed = update(Message).where(Message.number_id == number.id, Message.wamid == item.original_wamid)
    at = time_of(item.sent_at, now)
    if (
        await session.execute(changed.values(revoked_at=at, search_text="").returning(Message.id))
    ).first() is None:
        await early_changes.keep(session, number.id, item.original_wamid, item.wamid, None, at)
    await announce_message(session, number.id, item.original_wamid)


async def announce_message(
    session: AsyncSession, number_id: int, wamid: str, kind: EventKind = EventKind.MESSAGE_CHANGED
) -> None:
    named = select(Message.id, Message.conversation_id).where(
        Message.number_id == number_id, Message.wamid == wamid
    )
    for message_id, conversation_id in await session.execute(named):
        announce(session, Change(kind, conversation_id, message_id))
