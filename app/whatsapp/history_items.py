"""What a job files of a webhook: the phone app's past, thread by thread, and its phone book. Pure, as `payloads`."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from app.whatsapp import phone_book
from app.whatsapp.about_another import Misshapen, about_another
from app.whatsapp.items import (
    AccountError,
    BookEntry,
    Edit,
    NumberRef,
    PastMessage,
    Reaction,
    Revoke,
    Unreadable,
)
from app.whatsapp.lenient import JsonObject, object_at, text_at
from app.whatsapp.parts import errors_of, time_of, type_of
from app.whatsapp.payloads import Envelope, number_of
from app.whatsapp.senders import IN_CONTACT, IN_ECHO, IN_MESSAGE, ContactBook, Ids, book_of, ids_in, sender_of
from app.whatsapp.shown_text import content_of, shown_text
from app.whatsapp.user_ids import kind_of

Past = PastMessage | Reaction | Edit | Revoke | BookEntry | AccountError | Unreadable


@dataclass(frozen=True, slots=True)
class _Value:
    """What every message of one change shares. `own_digits`: the business's number, as `from` writes it."""

    number: NumberRef
    own_digits: str
    contacts: ContactBook
    now: datetime


def past_in(envelope: Envelope, now: datetime) -> Iterator[Past]:
    """Every message of the past and every entry of the phone book in a body, and what changed one, in its order; the same
    body always gives the same sequence.

    AccountError: why the phone's owner or WhatsApp gave no past. `now` (UTC) bounds the times.
    """
    for place, entry in enumerate(envelope.entries):
        for number, change in _listed(entry, "changes"):
            if not isinstance(change, dict):
                continue
            path, value = f"entry[{place}].changes[{number}].value", object_at(change, "value")
            if text_at(change, "field") == "history":
                yield from _in_value(path, text_at(entry, "id"), value, now)
            elif text_at(change, "field") == "smb_app_state_sync":
                yield from phone_book.entries_in(path, number_of(value, text_at(entry, "id")), value, now)


def _in_value(path: str, business_account_id: str, value: JsonObject, now: datetime) -> Iterator[Past]:
    number = number_of(value, business_account_id)
    digits = re.sub(r"\D", "", number.display_phone_number)
    shared = _Value(number, digits, book_of(value), now)
    for position, part in _listed(value, "history"):
        for place, error in enumerate(errors_of(part) if isinstance(part, dict) else ()):
            yield AccountError(f"{path}.history[{position}].errors[{place}]", number, error)
        for place, thread in _listed(part, "threads"):
            whose = _ids_of_thread(thread)
            yield from _messages(shared, f"{path}.history[{position}].threads[{place}]", thread, whose)
    yield from _messages(shared, path, value, {})  # the files of placeholders come by themselves


def _ids_of_thread(thread: Any) -> Ids:
    """Whose thread it is: its id is theirs, a block beside it may tell more."""
    if not isinstance(thread, dict):
        return {}
    kind = kind_of(text_at(thread, "id"))
    named = {kind: text_at(thread, "id").removeprefix("+")} if kind else {}
    return ids_in(object_at(thread, "context"), IN_CONTACT) | named


def _messages(shared: _Value, path: str, holder: Any, whose: Ids) -> Iterator[Past]:
    for place, message in _listed(holder, "messages"):
        where = f"{path}.messages[{place}]"
        problem = _problem(shared, message)
        yield Unreadable(where, problem, message) if problem else _message(shared, where, message, whose)


def _problem(shared: _Value, message: Any) -> str:
    if not isinstance(message, dict):
        return "not an object"
    if not shared.number.phone_number_id:
        return "no phone_number_id"
    return "" if text_at(message, "id") else "no id"


def _message(shared: _Value, path: str, message: JsonObject, whose: Ids) -> Past:
    by_us = _is_ours(shared, message)
    ids = whose or ids_in(message, IN_ECHO if by_us else IN_MESSAGE)
    customer = sender_of(ids, shared.contacts, False)
    if customer.is_nobody:
        return Unreadable(path, "nobody to file it under", message)
    sent_at = time_of(message, shared.now)
    try:
        special = about_another(path, shared.number, message, sent_at, customer, by_us=by_us)
    except Misshapen as problem:
        return Unreadable(path, str(problem), message)
    if special:
        return special
    type_ = type_of(message)
    content, context = content_of(message, type_), object_at(message, "context")
    often = context.get("frequently_forwarded") is True
    return PastMessage(
        path=path,
        number=shared.number,
        wamid=text_at(message, "id"),
        sent_at=sent_at,
        customer=customer,
        by_us=by_us,
        type=type_,
        body=shown_text(type_, content),
        content=content,
        reply_to_wamid=text_at(context, "id") or None,
        status=text_at(message, "history_context", "status"),
        forwarded=often or context.get("forwarded") is True,
        often_forwarded=often,
        referral=object_at(message, "referral"),
        product=object_at(context, "referred_product"),
        errors=errors_of(message),
    )


def _is_ours(shared: _Value, message: JsonObject) -> bool:
    """Only what the business wrote has an addressee; and it is from the business's number."""
    from_digits = text_at(message, "from").removeprefix("+")
    return bool(ids_in(message, IN_ECHO)) or (from_digits != "" and from_digits == shared.own_digits)


def _listed(holder: Any, name: str) -> Iterator[tuple[int, Any]]:
    things = holder.get(name) if isinstance(holder, dict) else None
    yield from enumerate(things) if isinstance(things, list) else ()
