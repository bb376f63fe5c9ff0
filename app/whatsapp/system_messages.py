"""The system messages that say a customer's number or id has changed, in today's and older spellings."""

import re
from datetime import datetime

from app.whatsapp.items import IdentityChange, NumberRef, Sender
from app.whatsapp.lenient import JsonObject, object_at, text_at
from app.whatsapp.senders import IN_MESSAGE, Ids, ids_in
from app.whatsapp.user_ids import UserIdKind, kind_of

KINDS = {
    "user_changed_number": "user_changed_number",
    "customer_changed_number": "user_changed_number",
    "user_changed_user_id": "user_changed_user_id",
}
NEW = ("wa_id", "new_wa_id", "user_id", "parent_user_id")
IN_SYSTEM = (*NEW, "customer")  # who it is about, where the message itself does not name them
PREVIOUS = ("previous_user_id", "previous_parent_user_id", "customer")
IN_BODY = re.compile(r"changed from (\S{1,140}) to ")


def identity_change(
    path: str, number: NumberRef, message: JsonObject, at: datetime | None
) -> IdentityChange | None:
    """What this message says about who somebody is now, None when it says nothing of the kind."""
    if text_at(message, "type") != "system":
        return None
    system = object_at(message, "system")
    kind = KINDS.get(text_at(system, "type"))
    new = ids_in(system, NEW)
    if kind is None or not new:
        return None
    old = _old(message, system, new)
    from_body = {} if old else _old_in_body(text_at(system, "body"))
    return IdentityChange(
        path=path,
        number=number,
        wamid=text_at(message, "id"),
        sent_at=at,
        kind=kind,
        old=_person(old or from_body),
        new=_person(new),
        body=text_at(system, "body"),
        old_is_from_body=bool(from_body),
    )


def _old(message: JsonObject, system: JsonObject, new: Ids) -> Ids:
    """What they were called before. The message's own fields may already carry the new BSUID."""
    sent_by = {kind: value for kind, value in ids_in(message, IN_MESSAGE).items() if new.get(kind) != value}
    return sent_by | ids_in(system, PREVIOUS)


def _old_in_body(body: str) -> Ids:
    """Only a BSUID is taken from a sentence: a name could hold any number."""
    found = IN_BODY.search(body)
    is_bsuid = found is not None and kind_of(found[1]) is UserIdKind.BSUID
    return {UserIdKind.BSUID: found[1]} if found and is_bsuid else {}


def _person(ids: Ids) -> Sender:
    return Sender(
        bsuid=ids.get(UserIdKind.BSUID),
        parent_bsuid=ids.get(UserIdKind.PARENT_BSUID),
        wa_id=ids.get(UserIdKind.WA_ID),
    )
