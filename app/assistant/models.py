"""Each run of Claude."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base


class TurnState(StrEnum):
    RUNNING = "running"
    ANSWERED = "answered"
    HANDED_OVER = "handed_over"
    STOPPED = "stopped"  # by a person's button, reply or take-over
    SUPERSEDED = "superseded"  # the customer wrote more; a new turn answers all of it
    FAILED = "failed"


class Turn(Base):
    """One run of Claude in a conversation: what it answers, what it has written so far, and how it ended.

    `answers_position` is the newest inbound position it has read. `draft` grows while it streams; attendants see it.
    """

    __tablename__ = "turn"
    __table_args__ = (Index("ix_turn_conversation", "conversation_id", "state"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    conversation_id: Mapped[int] = mapped_column(ForeignKey("conversation.id", ondelete="CASCADE"))
    state: Mapped[str] = mapped_column(String(12))
    answers_position: Mapped[int]
    draft: Mapped[str] = mapped_column(Text, default="")
    attempts: Mapped[int] = mapped_column(default=0)
    model: Mapped[str] = mapped_column(String(80))
    started_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    failure: Mapped[str | None] = mapped_column(String(80))
    request_id: Mapped[str | None] = mapped_column(String(80))
    input_tokens: Mapped[int] = mapped_column(default=0)
    cached_tokens: Mapped[int] = mapped_column(default=0)
    output_tokens: Mapped[int] = mapped_column(default=0)
    tokens_estimated: Mapped[bool] = mapped_column(default=False)
