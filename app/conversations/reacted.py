"""The newest reaction of a conversation, where it is newer than its last message: then the list tells of it."""

from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Table, and_, select
from sqlalchemy.engine import Row as DatabaseRow

from app.conversations.models import Message, Reaction
from app.db import made, table_of

REACTIONS = table_of(Reaction).alias("reacted")
TARGETS = table_of(Message).alias("target")
TOLD = ("id", "type", "body", "content", "revoked_at")  # what one line about a message needs
COLUMNS = [
    *(REACTIONS.c[name].label(name) for name in ("emoji", "by_us", "reacted_at")),
    *(TARGETS.c[name].label(f"target_{name}") for name in TOLD),
]


class Reacted(NamedTuple):
    """`message`: the one it stands on, with no more than one line about it needs. `by_us`: the business's own emoji."""

    emoji: str
    by_us: bool
    message: Message


def latest_in(conversation: Table) -> ColumnElement[bool]:
    """Joins the newest reaction that stands; none of ours that WhatsApp did not take."""
    one = table_of(Reaction)
    newest = (
        select(one.c.id)
        .where(
            one.c.contact_id == conversation.c.contact_id,
            one.c.number_id == conversation.c.number_id,
            one.c.emoji.is_not(None),
            one.c.error_code.is_(None),
        )
        .order_by(one.c.reacted_at.desc(), one.c.id.desc())
        .limit(1)
    )
    return REACTIONS.c.id == newest.correlate(conversation).scalar_subquery()


def its_message(conversation: Table) -> ColumnElement[bool]:
    return and_(
        TARGETS.c.number_id == REACTIONS.c.number_id,
        TARGETS.c.wamid == REACTIONS.c.target_wamid,
        TARGETS.c.conversation_id == conversation.c.id,
    )


def after(last: Message, found: DatabaseRow[Any]) -> Reacted | None:
    """A reaction to the last message is newer than it, whatever the clocks say."""
    if found.target_id is None or not (found.target_id == last.id or found.reacted_at > last.sent_at):
        return None
    told = {name: getattr(found, f"target_{name}") for name in TOLD}
    return Reacted(found.emoji, found.by_us, made(Message, told))
