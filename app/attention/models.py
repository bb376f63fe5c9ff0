"""What each attendant has seen."""

from datetime import datetime

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base


class ReadCursor(Base):
    """How far one attendant has read one conversation.

    `position` is a position of the conversation's counter; `inbound_seen` how many inbound messages lie at or below
    it, a fact that never changes because positions are only ever added. Unread = inbound_count - inbound_seen.
    No row: nothing read.
    """

    __tablename__ = "read_cursor"

    user_id: Mapped[int] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"), primary_key=True)
    conversation_id: Mapped[int] = mapped_column(
        ForeignKey("conversation.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    position: Mapped[int]
    inbound_seen: Mapped[int]
    read_at: Mapped[datetime]


class TypingShown(Base):
    """When the customer of a conversation was last shown that somebody writes."""

    __tablename__ = "typing_shown"

    conversation_id: Mapped[int] = mapped_column(
        ForeignKey("conversation.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    shown_at: Mapped[datetime]
