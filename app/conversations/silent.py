"""What comes as a message of the customer's and says nothing: numbers without the phone app are told so of deletions and
pins. It opens no window and wants no answer."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import ColumnElement, or_

from app.conversations.models import Message
from app.whatsapp.lenient import text_at

# Meta's words in `unsupported.type`; several spellings have been seen.
DELETIONS = ("revoke", "delete", "deleted")
PINS = ("pin", "keep_in_chat")


def is_silent(message_type: str, content: Mapping[str, Any]) -> bool:
    return message_type == "unsupported" and text_at(dict(content), "type") in (*DELETIONS, *PINS)


def speaks() -> ColumnElement[bool]:
    """The same as a condition, of the messages that are not silent."""
    what = Message.content["type"].as_string()
    return or_(Message.type != "unsupported", what.is_(None), what.not_in((*DELETIONS, *PINS)))
