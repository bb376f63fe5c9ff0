"""Meta's webhook bodies as a stream of items. Pure: no database; the time is passed in.

Nothing a body contains makes `walk` raise: Meta would repeat the whole batch for days because of one item.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from app.whatsapp.about_another import Misshapen, about_another
from app.whatsapp.items import (
    AccountError,
    Echo,
    Edit,
    ErrorReport,
    History,
    IdentityChange,
    InboundMessage,
    Item,
    Notice,
    NumberRef,
    PhoneBook,
    Reaction,
    Revoke,
    Sender,
    StatusReport,
    TemplateNews,
    Unknown,
    Unreadable,
)
from app.whatsapp.lenient import JsonObject, Unusable, loads, object_at, objects_at, text_at
from app.whatsapp.parts import errors_of, time_of, type_of
from app.whatsapp.senders import IN_ECHO, IN_MESSAGE, IN_STATUS, ContactBook, book_of, ids_in, sender_of
from app.whatsapp.shown_text import content_of, shown_text
from app.whatsapp.system_messages import IN_SYSTEM, identity_change

__all__ = [
    "AccountError", "Echo", "Edit", "Envelope", "ErrorReport", "History", "IdentityChange", "InboundMessage", "Item", "Notice",
    "NumberRef", "Reaction", "Revoke", "Sender", "StatusReport", "TemplateNews", "Unknown", "Unreadable", "Unusable", "parse",
    "walk",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Envelope:
    """A body that could be read; `entries` are as Meta sent them, cleaned, not looked into yet."""

    object: str
    entries: list[Any]


@dataclass(frozen=True, slots=True)
class _Change:
    """What every item of one change shares."""

    path: str
    number: NumberRef
    value: JsonObject
    contacts: ContactBook
    is_alone: bool  # one item shares the contacts with no other
    errors: tuple[ErrorReport, ...]
    now: datetime


def parse(body: bytes) -> Envelope:
    """The envelope in a signed body. Raises Unusable when there is none to walk."""
    document = loads(body)
    if not isinstance(document, dict):
        raise Unusable("not an object")
    entries = document.get("entry")
    if not isinstance(entries, list):
        raise Unusable("no entry list")
    return Envelope(text_at(document, "object"), entries)


def walk(envelope: Envelope, now: datetime) -> Iterator[Item]:
    """Every item of every change of every entry, in the order of the body. `now` (UTC) bounds its times."""
    for position, entry in enumerate(envelope.entries):
        path = f"entry[{position}]"
        changes = entry.get("changes") if isinstance(entry, dict) else None
        if not isinstance(changes, list):
            yield Unreadable(path, "no list of changes", entry)
            continue
        for number, change in enumerate(changes):
            yield from _items(f"{path}.changes[{number}]", text_at(entry, "id"), change, now)


def _items(path: str, business_account_id: str, change: Any, now: datetime) -> Iterator[Item]:
    if not isinstance(change, dict):
        yield Unreadable(path, "a change that is no object", change)
        return
    field, value = text_at(change, "field"), object_at(change, "value")
    number = number_of(value, business_account_id)
    is_alone = sum(len(objects_at(value, name)) for name in ("messages", "statuses", "message_echoes")) == 1
    shared = _Change(path + ".value", number, value, book_of(value), is_alone, errors_of(value), now)
    if field == "history":
        yield History(shared.path, number)
    elif field == "smb_message_echoes" and "message_echoes" in value:
        yield from _each(shared, "message_echoes", _echo)
    elif field == "smb_app_state_sync" and "state_sync" in value:
        yield PhoneBook(shared.path, number)
    elif field == "messages" and value.keys() & {"messages", "statuses", "errors"}:
        yield from _each(shared, "messages", _message)
        yield from _each(shared, "statuses", _status)
        yield from _account_errors(shared)
    elif field in TemplateNews.FIELDS and value:
        yield TemplateNews(shared.path, number, field, value)
    else:
        yield Unknown(shared.path, number, field, change.get("value"))


def number_of(value: JsonObject, business_account_id: str) -> NumberRef:
    return NumberRef(
        phone_number_id=text_at(value, "metadata", "phone_number_id"),
        display_phone_number=text_at(value, "metadata", "display_phone_number"),
        business_account_id=business_account_id,
    )


def _each(change: _Change, name: str, read: Callable[[_Change, str, JsonObject], Item]) -> Iterator[Item]:
    """Each thing of one list, by itself: a bad one is told apart and spoils no other."""
    things = change.value.get(name)
    if things is None:
        return
    if not isinstance(things, list):
        yield Unreadable(f"{change.path}.{name}", "not a list", things)
        return
    for position, thing in enumerate(things):
        yield _one(change, f"{change.path}.{name}[{position}]", thing, read)


def _one(change: _Change, path: str, thing: Any, read: Callable[[_Change, str, JsonObject], Item]) -> Item:
    try:
        if not isinstance(thing, dict):
            raise Misshapen("not an object")
        if not change.number.phone_number_id:
            raise Misshapen("no phone_number_id")
        if not text_at(thing, "id"):
            raise Misshapen("no id")
        return read(change, path, thing)
    except Misshapen as problem:
        return Unreadable(path, str(problem), thing)


def _message(change: _Change, path: str, message: JsonObject) -> Item:
    moved = identity_change(path, change.number, message, time_of(message, change.now))
    if moved:
        return moved
    own = ids_in(message, IN_MESSAGE)
    if not own and type_of(message) == "system":  # `from` is absent where WhatsApp keeps the number to itself
        own = ids_in(object_at(message, "system"), IN_SYSTEM)
    sender = sender_of(own, change.contacts, change.is_alone)
    at = time_of(message, change.now)
    special = about_another(path, change.number, message, at, sender, by_us=False)
    if special:
        return special
    if sender.is_nobody:
        raise Misshapen("nobody to file it under")
    return (_notice if type_of(message) == "system" else _inbound)(change, path, message, sender)


def _notice(change: _Change, path: str, message: JsonObject, sender: Sender) -> Notice:
    content, at = content_of(message, "system"), time_of(message, change.now)
    body = shown_text("system", content)
    return Notice(path, change.number, text_at(message, "id"), at, sender, "system", body, content)


def _inbound(change: _Change, path: str, message: JsonObject, sender: Sender) -> InboundMessage:
    type_ = type_of(message)
    content, context = content_of(message, type_), object_at(message, "context")
    often = context.get("frequently_forwarded") is True
    return InboundMessage(
        path=path,
        number=change.number,
        wamid=text_at(message, "id"),
        sent_at=time_of(message, change.now),
        sender=sender,
        type=type_,
        body=shown_text(type_, content),
        content=content,
        reply_to_wamid=text_at(context, "id") or None,
        forwarded=often or context.get("forwarded") is True,
        often_forwarded=often,
        group_id=text_at(message, "group_id") or None,
        referral=object_at(message, "referral"),
        product=object_at(context, "referred_product"),
        # What went wrong with a message may stand beside it instead of in it, where its content should be.
        errors=errors_of(message) or (() if content else change.errors),
    )


def _echo(change: _Change, path: str, message: JsonObject) -> Item:
    recipient = sender_of(ids_in(message, IN_ECHO), change.contacts, change.is_alone)
    at = time_of(message, change.now)
    special = about_another(path, change.number, message, at, recipient, by_us=True)
    if special:
        return special
    group_id = text_at(message, "group_id") or None
    if recipient.is_nobody and not group_id:
        raise Misshapen("nobody to file it under")
    type_ = type_of(message)
    content = content_of(message, type_)
    return Echo(
        path=path,
        number=change.number,
        wamid=text_at(message, "id"),
        sent_at=time_of(message, change.now),
        recipient=recipient,
        type=type_,
        body=shown_text(type_, content),
        content=content,
        reply_to_wamid=text_at(message, "context", "id") or None,
        group_id=group_id,
        errors=errors_of(message),
    )


def _status(change: _Change, path: str, status: JsonObject) -> StatusReport:
    if not text_at(status, "status"):
        raise Misshapen("no status")
    is_group = text_at(status, "recipient_type") == "group"
    own = {} if is_group else ids_in(status, IN_STATUS)
    return StatusReport(
        path=path,
        number=change.number,
        wamid=text_at(status, "id"),
        status=text_at(status, "status"),
        at=time_of(status, change.now),
        recipient=sender_of(own, change.contacts, change.is_alone and not is_group),
        group_id=(text_at(status, "recipient_id") or None) if is_group else None,
        participant=text_at(status, "recipient_participant_user_id")
        or text_at(status, "recipient_participant_id"),
        opaque=text_at(status, "biz_opaque_callback_data"),
        errors=errors_of(status),
        conversation=object_at(status, "conversation"),
        pricing=object_at(status, "pricing"),
    )


def _account_errors(change: _Change) -> Iterator[Item]:
    """The errors beside the lists, unless a message without content took them as its own."""
    if not change.errors:
        return
    messages = objects_at(change.value, "messages")
    if any(not content_of(one, type_of(one)) and not errors_of(one) for one in messages):
        return
    for position, error in enumerate(change.errors):
        yield AccountError(f"{change.path}.errors[{position}]", change.number, error)
