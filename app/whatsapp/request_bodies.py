"""What Graph takes: a message of each kind, and the sign that one was read."""

import re
from typing import Any

from app.whatsapp.user_ids import UserIdKind, kind_of


def message_payload(
    recipient: str, kind: str, content: dict[str, Any], *, reply_to: str | None = None
) -> dict[str, Any]:
    """One message as Graph takes it. `recipient` is a wa_id (prefer it: it keeps the phone visible to us) or a BSUID,
    told apart by pattern, ValueError for neither; `content` is the object named after `kind`; `reply_to` a wamid."""
    content = content["contacts"] if kind == "contacts" else content
    payload = _addressed(recipient) | {"type": kind, kind: content}
    return payload | ({"context": {"message_id": reply_to}} if reply_to else {})


def text_content(text: str, *, previews: bool = True) -> dict[str, Any]:
    """What a text message holds. `previews`: whether WhatsApp is to draw one of the first address in it."""
    return {"body": text, "preview_url": previews and has_link(text)}


def has_link(text: str) -> bool:
    """Whether there is an address that WhatsApp can draw a preview of."""
    return re.search(r"https?://", text) is not None


def media_content(kind: str, kept: dict[str, Any], caption: str) -> dict[str, Any]:
    """What a message of a file holds, but for the id that `with_file` adds. `kept` is what we noted of it: `filename` for
    documents, `voice` for recordings."""
    content: dict[str, Any] = {}
    if caption:
        content["caption"] = caption
    if kind == "document":
        content["filename"] = kept["filename"]
    if kind == "audio" and kept.get("voice"):
        content["voice"] = True
    return content


def with_file(payload: dict[str, Any], media_id: str) -> dict[str, Any]:
    """The payload of a message once WhatsApp has its file, which in a template is its header."""
    kind: str = payload["type"]
    content = payload[kind]
    if kind != "template":
        return payload | {kind: content | {"id": media_id}}
    header, *others = content["components"]
    [file] = header["parameters"]
    of = file["type"]
    header = header | {"parameters": [file | {of: file[of] | {"id": media_id}}]}
    return payload | {kind: content | {"components": [header, *others]}}


def read_payload(wamid: str, *, typing: bool) -> dict[str, Any]:
    """Marks an inbound message as read; typing cannot be shown without it."""
    payload: dict[str, Any] = {"messaging_product": "whatsapp", "status": "read", "message_id": wamid}
    return payload | ({"typing_indicator": {"type": "text"}} if typing else {})


def _addressed(recipient: str) -> dict[str, Any]:
    common = {"messaging_product": "whatsapp", "recipient_type": "individual"}
    kind = kind_of(recipient)
    if kind is None:
        raise ValueError("the recipient is neither a phone number nor a business-scoped user id")
    if kind is UserIdKind.WA_ID:  # without the + Meta may put the business's country code before it
        return common | {"to": "+" + recipient.removeprefix("+")}
    return common | {"recipient": recipient}
