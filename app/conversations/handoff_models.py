"""Who answers in a conversation: each change of it, each hand-over of Claude's to people, and where a matter ended."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base


class ModeChange(Base):
    """Who answers in a conversation changed: when, by whom and why. Rows are only added.

    `by_id` None: Claude, a rule, the phone app, or somebody who is gone. `reason`: a `ModeReason`, with what it was of a
    hand-over after a colon.
    """

    __tablename__ = "mode_change"

    id: Mapped[int] = mapped_column(primary_key=True)
    conversation_id: Mapped[int] = mapped_column(
        ForeignKey("conversation.id", ondelete="CASCADE"), index=True
    )
    was: Mapped[str] = mapped_column(String(10))
    became: Mapped[str] = mapped_column(String(10))
    until: Mapped[datetime | None]  # of a pause
    reason: Mapped[str] = mapped_column(String(60))
    by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id", ondelete="SET NULL"), index=True)
    at: Mapped[datetime]


class Closure(Base):
    """What a conversation was about is settled up to `position`: Claude reads no message before it any more, only the
    `summary` ("": none was made). `by_id` None: somebody who is gone.
    """

    __tablename__ = "closure"

    id: Mapped[int] = mapped_column(primary_key=True)
    conversation_id: Mapped[int] = mapped_column(
        ForeignKey("conversation.id", ondelete="CASCADE"), index=True
    )
    position: Mapped[int]
    by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id", ondelete="SET NULL"), index=True)
    at: Mapped[datetime]
    summary: Mapped[str] = mapped_column(Text, default="", server_default="")


class Handoff(Base):
    """Claude, or a rule, gave the conversation to people: why, and what happened so far."""

    __tablename__ = "handoff"
    __table_args__ = (Index("ix_handoff_created", "created_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    conversation_id: Mapped[int] = mapped_column(
        ForeignKey("conversation.id", ondelete="CASCADE"), index=True
    )
    reason: Mapped[str] = mapped_column(String(40))
    turn_id: Mapped[int | None] = mapped_column(ForeignKey("turn.id", ondelete="SET NULL"), index=True)
    summary: Mapped[str] = mapped_column(Text, default="")
    tried: Mapped[str] = mapped_column(Text, default="", server_default="")
    questions: Mapped[str] = mapped_column(Text, default="", server_default="")  # open ones, one a line
    suggestion: Mapped[str] = mapped_column(Text, default="", server_default="")  # what a person might reply
    language: Mapped[str] = mapped_column(String(10), default="", server_default="")  # the customer's
    urgency: Mapped[str] = mapped_column(String(10), default="normal")
    sources: Mapped[dict[str, Any]] = mapped_column(
        default=dict, server_default="{}"
    )  # {"articles": [[id, title], …], "quotes": [[id, words], …]}
    created_at: Mapped[datetime]
    settled_at: Mapped[datetime | None]  # somebody took it, answered, or gave the conversation back
