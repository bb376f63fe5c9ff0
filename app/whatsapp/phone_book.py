"""The phone book of the business's phone app, which WhatsApp tells once at onboarding and at each change. Pure."""

from collections.abc import Iterator
from datetime import datetime

from app.whatsapp.items import BookEntry, NumberRef, Sender, Unreadable
from app.whatsapp.lenient import JsonObject, object_at, objects_at, text_at
from app.whatsapp.parts import time_of
from app.whatsapp.senders import ids_in
from app.whatsapp.user_ids import UserIdKind

IDS = ("phone_number", "wa_id", "user_id", "parent_user_id")


def entries_in(
    path: str, number: NumberRef, value: JsonObject, now: datetime
) -> Iterator[BookEntry | Unreadable]:
    """Every contact of a `state_sync`; one without a name we can file or a person whom it names is told apart. `now`
    (UTC) bounds the times."""
    for place, entry in enumerate(objects_at(value, "state_sync")):
        where = f"{path}.state_sync[{place}]"
        if text_at(entry, "type") not in ("contact", ""):
            continue
        contact = object_at(entry, "contact")
        ids = ids_in(contact, IDS)
        if not ids or not number.phone_number_id:
            yield Unreadable(where, "nobody to file it under", entry)
            continue
        person = Sender(
            bsuid=ids.get(UserIdKind.BSUID),
            parent_bsuid=ids.get(UserIdKind.PARENT_BSUID),
            wa_id=ids.get(UserIdKind.WA_ID),
            username=text_at(contact, "username").removeprefix("@"),
        )
        is_gone = text_at(entry, "action") == "remove"
        name = "" if is_gone else text_at(contact, "full_name") or text_at(contact, "first_name")
        yield BookEntry(where, number, person, name, time_of(object_at(entry, "metadata"), now))
