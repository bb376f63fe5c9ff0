"""What Graph refuses to send, by type and limit."""

from collections.abc import Callable
from typing import Any

from app.simulator.graph_errors import GraphRefusal

Content = dict[str, Any]


def check_send(payload: Content) -> None:
    """Raises GraphRefusal for the first thing wrong with a body of `POST /messages`."""
    if payload.get("messaging_product") != "whatsapp":
        raise GraphRefusal(100, "The parameter messaging_product is required.")
    if not (payload.get("to") or payload.get("recipient")):
        raise GraphRefusal(100, "The parameter to is required.")
    _at_most(payload.get("biz_opaque_callback_data"), 512, "biz_opaque_callback_data")
    kind = str(payload.get("type", "text"))
    if kind not in _CHECKS:
        raise GraphRefusal(100, f"Param type must be one of {{{', '.join(sorted(_CHECKS)).upper()}}}")
    content = payload.get(kind)
    if kind != "contacts" and not isinstance(content, dict):
        raise GraphRefusal(131008, f"The parameter {kind} is required.")
    _CHECKS[kind](content)


def _need(content: Content, *path: str) -> Any:
    found: Any = content
    for step in path:
        found = found.get(step) if isinstance(found, dict) else None
    if found is None or found == "":
        raise GraphRefusal(131008, f"The parameter {'.'.join(path)} is required.")
    return found


def _at_most(value: Any, limit: int, name: str, code: int = 100) -> None:
    if isinstance(value, str) and len(value) > limit:
        raise GraphRefusal(code, f"Param {name} must be at most {limit} characters long.")


def _text(content: Content) -> None:
    if not isinstance(_need(content, "body"), str):
        raise GraphRefusal(100, "Param text['body'] must be a string.")
    _at_most(content["body"], 4096, "text['body']")


def _media(content: Content) -> None:
    if not (content.get("id") or content.get("link")):
        raise GraphRefusal(131008, "The parameter id or link is required.")
    _at_most(content.get("caption"), 1024, "caption")


def _audio(content: Content) -> None:
    _media(content)
    if "caption" in content:
        raise GraphRefusal(100, "Unexpected key caption on param audio.")


def _location(content: Content) -> None:
    _need(content, "latitude")
    _need(content, "longitude")


def _contacts(content: Any) -> None:
    if not isinstance(content, list) or not 1 <= len(content) <= 257:
        raise GraphRefusal(131009, "Param contacts must have 1 to 257 elements.")
    for one in content:
        _need(one, "name", "formatted_name")


def _reaction(content: Content) -> None:
    _need(content, "message_id")
    if not isinstance(content.get("emoji"), str):
        raise GraphRefusal(131008, "The parameter reaction.emoji is required.")


def _template(content: Content) -> None:
    _at_most(_need(content, "name"), 512, "template['name']")
    _need(content, "language", "code")


def _interactive(content: Content) -> None:
    kind = _need(content, "type")
    _need(content, "action")
    if kind != "carousel":
        _at_most(
            _need(content, "body", "text"), 4096 if kind == "list" else 1024, "interactive.body.text", 131009
        )
    footer = content.get("footer") or {}
    _at_most(footer.get("text"), 60, "interactive.footer.text", 131009)
    if kind == "button":
        _buttons(content["action"])
    elif kind == "list":
        _list(content["action"])


def _buttons(action: Content) -> None:
    replies = [_need(button, "reply") for button in _need(action, "buttons")]
    titles = [_need(reply, "title") for reply in replies]
    if len(replies) > 3 or len(set(titles)) < len(titles):
        raise GraphRefusal(131009, "Buttons count must be between 1 and 3, with unique titles.")
    for reply in replies:
        _at_most(reply["title"], 20, "button title", 131009)
        _at_most(_need(reply, "id"), 256, "button id", 131009)


def _list(action: Content) -> None:
    _at_most(_need(action, "button"), 20, "action.button", 131009)
    sections = _need(action, "sections")
    rows = [row for section in sections for row in _need(section, "rows")]
    if len(sections) > 10 or not 1 <= len(rows) <= 10:
        raise GraphRefusal(131009, "Total row count exceeds max allowed count: 10")
    for row in rows:
        _at_most(_need(row, "title"), 24, "row title", 131009)
        _at_most(_need(row, "id"), 200, "row id", 131009)
        _at_most(row.get("description"), 72, "row description", 131009)


_CHECKS: dict[str, Callable[[Any], None]] = {
    "text": _text,
    "image": _media,
    "video": _media,
    "document": _media,
    "audio": _audio,
    "sticker": _media,
    "location": _location,
    "contacts": _contacts,
    "reaction": _reaction,
    "template": _template,
    "interactive": _interactive,
}
