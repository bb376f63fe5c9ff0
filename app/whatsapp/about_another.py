"""A message that only changes an earlier one: an emoji on it, another wording, its end. Pure, as `payloads`."""

from datetime import datetime

from app.whatsapp.items import Edit, NumberRef, Reaction, Revoke, Sender
from app.whatsapp.lenient import JsonObject, object_at, text_at
from app.whatsapp.parts import type_of
from app.whatsapp.shown_text import content_of, shown_text


class Misshapen(Exception):
    """This item cannot be what its place says it is."""


def about_another(
    path: str, number: NumberRef, message: JsonObject, at: datetime | None, sender: Sender, *, by_us: bool
) -> Reaction | Edit | Revoke | None:
    """What it changes, None when it is a message of its own. Raises Misshapen when it does not say of which."""
    type_ = type_of(message)
    if type_ not in {"reaction", "edit", "revoke"}:
        return None
    content = content_of(message, type_)
    target = text_at(content, "message_id" if type_ == "reaction" else "original_message_id")
    if not target:
        raise Misshapen("no message that it is about")
    wamid = text_at(message, "id")
    if type_ == "reaction":
        emoji, group_id = text_at(content, "emoji") or None, text_at(message, "group_id") or None
        return Reaction(path, number, wamid, at, sender, target, emoji, group_id, by_us)
    if type_ == "revoke":
        return Revoke(path, number, wamid, at, sender, target, by_us)
    inner = type_of(object_at(content, "message"))
    text = content_of(object_at(content, "message"), inner)
    return Edit(path, number, wamid, at, sender, target, inner, shown_text(inner, text), text, by_us)
