"""Who an item is about, put together from its own fields and the contact block that belongs to it."""

from dataclasses import dataclass

from app.whatsapp.items import Sender
from app.whatsapp.lenient import JsonObject, objects_at, text_at
from app.whatsapp.user_ids import UserIdKind, kind_of

Ids = dict[UserIdKind, str]

IN_MESSAGE = ("from", "from_user_id", "from_parent_user_id")
IN_ECHO = ("to", "to_user_id", "to_parent_user_id")
IN_STATUS = ("recipient_id", "recipient_user_id", "recipient_parent_user_id")
IN_CONTACT = ("wa_id", "user_id", "parent_user_id")


def ids_in(block: JsonObject, fields: tuple[str, ...]) -> Ids:
    """The person's ids by kind; a field of that kind's name is as good as any other, the first wins."""
    found: Ids = {}
    for field in fields:
        if field not in block:
            continue
        user_id = text_at(block, field)
        kind = kind_of(user_id)
        if kind:
            found.setdefault(kind, user_id.removeprefix("+"))
    return found


@dataclass(frozen=True, slots=True)
class ContactBook:
    """The contact blocks of one change, found by any of their ids: a batch may hold a thousand."""

    blocks: list[JsonObject]
    by_id: dict[tuple[UserIdKind, str], JsonObject]


def book_of(value: JsonObject) -> ContactBook:
    blocks = objects_at(value, "contacts")
    by_id: dict[tuple[UserIdKind, str], JsonObject] = {}
    for block in blocks:
        for user_id in ids_in(block, IN_CONTACT).items():
            by_id.setdefault(user_id, block)
    return ContactBook(blocks, by_id)


def sender_of(own: Ids, contacts: ContactBook, is_alone: bool) -> Sender:
    """The person with these ids, and what their contact block adds. `is_alone`: no other item shares the
    blocks, so a single one may be taken for this person's although no id is in both."""
    contact = _contact_of(own, contacts, is_alone)
    ids = ids_in(contact, IN_CONTACT) | own
    return Sender(
        bsuid=ids.get(UserIdKind.BSUID),
        parent_bsuid=ids.get(UserIdKind.PARENT_BSUID),
        wa_id=ids.get(UserIdKind.WA_ID),
        username=text_at(contact, "profile", "username").removeprefix("@"),
        profile_name=text_at(contact, "profile", "name"),
    )


def _contact_of(own: Ids, contacts: ContactBook, is_alone: bool) -> JsonObject:
    """Never a contact that another id contradicts: a wrong guess here would make one of two people."""
    for user_id in own.items():
        if user_id in contacts.by_id:
            return contacts.by_id[user_id]
    if not is_alone or len(contacts.blocks) != 1:
        return {}
    [block] = contacts.blocks
    return {} if own.keys() & ids_in(block, IN_CONTACT).keys() else block
