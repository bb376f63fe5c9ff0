"""How one attendant has marked a conversation, and what that says, as SQL: list, counting and live news ask the same."""

from datetime import datetime
from typing import Any

from sqlalchemy import BindParameter, ColumnElement, ForeignKey, and_, false, or_, text
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.schema import Column

from app.conversations.models import Conversation
from app.db import Base, table_of


class ConversationMark(Base):
    """How one attendant has marked a conversation, for themselves alone. No row: not at all.

    `muted_until` is far away where it is for ever. `archived_position` is the conversation's newest inbound position
    when it was archived: for who wants it, what comes later brings it back. `is_unread` is put by hand.
    """

    __tablename__ = "conversation_mark"

    user_id: Mapped[int] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"), primary_key=True)
    conversation_id: Mapped[int] = mapped_column(
        ForeignKey("conversation.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    pinned_at: Mapped[datetime | None]
    muted_until: Mapped[datetime | None]
    archived_at: Mapped[datetime | None]
    archived_position: Mapped[int] = mapped_column(default=0, server_default=text("0"))
    favourite_at: Mapped[datetime | None]
    is_unread: Mapped[bool] = mapped_column(default=False, server_default=false())


CONVERSATIONS, MARKS = table_of(Conversation), table_of(ConversationMark)


def mark_of(user_id: BindParameter[int] | Column[int]) -> ColumnElement[bool]:
    """Joins the marks of this attendant; outer, for most conversations bear none."""
    return and_(MARKS.c.conversation_id == CONVERSATIONS.c.id, MARKS.c.user_id == user_id)


def is_archived(keeps_archived: BindParameter[bool] | Column[bool]) -> ColumnElement[bool]:
    """Whether it is out of the list: until it is taken back, or until the customer writes again, as each one wishes."""
    has_been_quiet = CONVERSATIONS.c.last_inbound_position <= MARKS.c.archived_position
    return and_(MARKS.c.archived_at.is_not(None), or_(keeps_archived.is_(True), has_been_quiet))


def is_muted(now: BindParameter[datetime]) -> ColumnElement[Any]:
    return and_(MARKS.c.muted_until.is_not(None), MARKS.c.muted_until > now)
