"""The words of a message as a list or a bubble shows them, out of the object named after its type."""

from collections.abc import Callable
from typing import Any

from app.whatsapp.lenient import JsonObject, at, objects_at, text_at


def type_of(message: JsonObject) -> str:
    return text_at(message, "type") or "unknown"


def content_of(message: JsonObject, type_: str) -> JsonObject:
    """The object named after the type; a list or string there as {type: it}; {} when there is nothing."""
    content: Any = message.get(type_)
    if isinstance(content, dict):
        return content
    return {} if content is None else {type_: content}


def shown_text(type_: str, content: JsonObject) -> str:
    """What the customer wrote, chose or named; "" where the kind alone says it all. Never raises."""
    return BY_TYPE.get(type_, _any_text)(content)


def _any_text(content: JsonObject) -> str:
    return text_at(content, "body") or text_at(content, "caption") or text_at(content, "text")


def _caption(content: JsonObject) -> str:
    return text_at(content, "caption")


def _interactive(content: JsonObject) -> str:
    return (
        text_at(content, "button_reply", "title")
        or text_at(content, "list_reply", "title")
        or text_at(content, "nfm_reply", "body")
    )


def _location(content: JsonObject) -> str:
    return "\n".join(filter(None, (text_at(content, "name"), text_at(content, "address"))))


def _contacts(content: JsonObject) -> str:
    return ", ".join(filter(None, map(_contact, objects_at(content, "contacts"))))


def _contact(contact: JsonObject) -> str:
    parts = filter(None, (text_at(contact, "name", "first_name"), text_at(contact, "name", "last_name")))
    phones = (text_at(phone, "phone") for phone in objects_at(contact, "phones"))
    return text_at(contact, "name", "formatted_name") or " ".join(parts) or next(filter(None, phones), "")


def _order(content: JsonObject) -> str:
    items = [_order_item(item) for item in objects_at(content, "product_items")]
    return "\n".join(filter(None, (text_at(content, "text"), *items)))


def _order_item(item: JsonObject) -> str:
    quantity = at(item, "quantity")
    count = quantity if isinstance(quantity, (int, float, str)) else "?"
    return f"{count} × {text_at(item, 'product_retailer_id')}"


def _nothing(content: JsonObject) -> str:
    return ""


BY_TYPE: dict[str, Callable[[JsonObject], str]] = {
    "text": lambda content: text_at(content, "body"),
    "system": lambda content: text_at(content, "body"),
    "button": lambda content: text_at(content, "text"),
    **dict.fromkeys(("image", "video", "document", "audio", "voice", "sticker"), _caption),
    "interactive": _interactive,
    "location": _location,
    "contacts": _contacts,
    "order": _order,
    "unsupported": _nothing,
}
