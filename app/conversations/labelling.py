"""Labels: a name in a colour, put on conversations by whoever works there, seen by everybody."""

from typing import Any

from sqlalchemy import ColumnElement, exists

from app.conversations.models import Conversation, ConversationLabel
from app.db import table_of

ON = table_of(ConversationLabel)
CONVERSATIONS = table_of(Conversation)


def carries(label_id: Any) -> ColumnElement[bool]:
    """Whether a conversation of the query has this label: for the list's filter."""
    return exists().where(ON.c.conversation_id == CONVERSATIONS.c.id, ON.c.label_id == label_id)
