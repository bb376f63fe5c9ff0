"""Each run of Claude, each call of the model, and what models cost."""

from datetime import datetime
from enum import StrEnum
from typing import Any

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
    __table_args__ = (
        Index("ix_turn_conversation", "conversation_id", "state"),
        Index("ix_turn_started", "started_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    conversation_id: Mapped[int] = mapped_column(ForeignKey("conversation.id", ondelete="CASCADE"))
    state: Mapped[str] = mapped_column(String(12))
    answers_position: Mapped[int]
    draft: Mapped[str] = mapped_column(Text, default="")
    attempts: Mapped[int] = mapped_column(default=0)
    model: Mapped[str] = mapped_column(String(80))
    started_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    steps: Mapped[dict[str, Any]] = mapped_column(
        default=dict, server_default="{}"
    )  # {"tools": […], "quotes": […]}, in order
    failure: Mapped[str | None] = mapped_column(String(80))

    # Nobody reads or fills these: ApiCall tells it. The version before still writes there, so the next one drops them.
    request_id: Mapped[str | None] = mapped_column(String(80))
    input_tokens: Mapped[int] = mapped_column(default=0)
    cached_tokens: Mapped[int] = mapped_column(default=0)
    output_tokens: Mapped[int] = mapped_column(default=0)
    tokens_estimated: Mapped[bool] = mapped_column(default=False)


class Purpose(StrEnum):
    """What a call of the model is for."""

    ANSWER = "answer"  # to customers
    HELP = "help"  # for attendants: suggest, rewrite, translate, summarise
    PANE = "pane"  # an attendant's own chat
    JUDGE = "judge"  # classifying, and judging answers
    PROPOSE = "propose"  # articles, of what people answered
    TEST = "test"  # of the connection


class ModelChoice(Base):
    """The model that an admin chose for a purpose."""

    __tablename__ = "model_choice"

    purpose: Mapped[str] = mapped_column(String(20), primary_key=True)
    model: Mapped[str] = mapped_column(String(120))
    effort: Mapped[str] = mapped_column(String(10))


class ModelPrice(Base):
    """A version of what one model costs, in micro-USD per million tokens. Rows are added, never changed: what was
    booked by one keeps its cost. The `long_` prices hold for prompts of more than `long_above` tokens, if any.
    """

    __tablename__ = "model_price"
    __table_args__ = (Index("ix_model_price_model", "model", "valid_from"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    model: Mapped[str] = mapped_column(String(120))
    valid_from: Mapped[datetime]
    input: Mapped[int]
    cache_write_5m: Mapped[int]
    cache_write_1h: Mapped[int]
    cache_read: Mapped[int]
    output: Mapped[int]
    long_above: Mapped[int | None]
    long_input: Mapped[int | None]
    long_cache_write_5m: Mapped[int | None]
    long_cache_write_1h: Mapped[int | None]
    long_cache_read: Mapped[int | None]
    long_output: Mapped[int | None]


class ApiCall(Base):
    """One call of the Messages API: what it was for, what it took, and what it cost in micro-USD (None: the model has
    no price). `user_id`: who asked for help. `is_estimated`: it was cut short, and some tokens were not told.
    """

    __tablename__ = "api_call"
    __table_args__ = (Index("ix_api_call_began", "began_at", "cost_microusd"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    conversation_id: Mapped[int | None] = mapped_column(
        ForeignKey("conversation.id", ondelete="SET NULL"), index=True
    )
    turn_id: Mapped[int | None] = mapped_column(ForeignKey("turn.id", ondelete="SET NULL"), index=True)
    user_id: Mapped[int | None] = mapped_column(ForeignKey("user.id", ondelete="SET NULL"), index=True)
    purpose: Mapped[str] = mapped_column(String(20))
    provider: Mapped[str] = mapped_column(String(30))
    model: Mapped[str] = mapped_column(String(120))
    began_at: Mapped[datetime]
    request_id: Mapped[str | None] = mapped_column(String(80))
    input_tokens: Mapped[int]
    cache_write_5m_tokens: Mapped[int]
    cache_write_1h_tokens: Mapped[int]
    cache_read_tokens: Mapped[int]
    output_tokens: Mapped[int]
    thinking_tokens: Mapped[int]
    is_estimated: Mapped[bool]
    cost_microusd: Mapped[int | None]
    price_id: Mapped[int | None] = mapped_column(ForeignKey("model_price.id", ondelete="RESTRICT"))
    latency_ms: Mapped[int]
    first_token_ms: Mapped[int | None]
    stop_reason: Mapped[str | None] = mapped_column(String(40))
    failure: Mapped[str | None] = mapped_column(String(80))
