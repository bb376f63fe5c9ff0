"""What is tried out and kept until its owner clears it."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text, false
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base


class Playground(Base):
    """One overseer's conversation with Claude, in which they play the customer.

    `talk`: {"lines": […]}, each with `by` and `at`; a customer's has `text`, Claude's what `Rehearsed.as_json` gives, or
    `declined`. `instructions` None, `model` "": those in force. `version` rises with each change, so that an answer to what
    is not there any more is thrown away.
    """

    __tablename__ = "playground"

    user_id: Mapped[int] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"), primary_key=True)
    talk: Mapped[dict[str, Any]] = mapped_column(default=dict)
    instructions: Mapped[str | None] = mapped_column(Text)
    model: Mapped[str] = mapped_column(String(120), default="", server_default="")
    effort: Mapped[str] = mapped_column(String(10), default="", server_default="")
    is_asked: Mapped[bool] = mapped_column(default=False, server_default=false())
    version: Mapped[int] = mapped_column(default=0, server_default="0")


class ReplayState(StrEnum):
    RUNNING = "running"
    DONE = "done"
    STOPPED = "stopped"  # by somebody's button
    DECLINED = "declined"  # no call may be made, see `reason`
    FAILED = "failed"  # no call succeeds, see `reason`


class Replay(Base):
    """What Claude answered once, asked again with other instructions, another model or drafts of knowledge.

    `instructions`, `model`, `effort`: what is tried. `before`: those in force at the beginning, by the same names; `drafts`:
    {"articles": [[id, title], …]}. `reason`: a HandoffReason of a declined one, the kind of failure of a failed one. `done`:
    how many cases are. `used_at`: when it was put in force, while that holds.
    """

    __tablename__ = "replay"

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int | None] = mapped_column(ForeignKey("user.id", ondelete="SET NULL"), index=True)
    state: Mapped[str] = mapped_column(String(10))
    reason: Mapped[str | None] = mapped_column(String(80))
    instructions: Mapped[str] = mapped_column(Text)
    model: Mapped[str] = mapped_column(String(120))
    effort: Mapped[str] = mapped_column(String(10))
    before: Mapped[dict[str, Any]]
    drafts: Mapped[dict[str, Any]]
    done: Mapped[int] = mapped_column(default=0, server_default="0")
    began_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    used_at: Mapped[datetime | None]


class Outcome(StrEnum):
    """How what Claude would say now differs from what it said then."""

    SAME = "same"
    WORDS = "words"  # other ones, and nothing else
    HANDS_OVER = "hands_over"  # and did not then
    ANSWERS = "answers"  # and handed over then
    HELD = "held"  # the answer would be held back
    FAILED = "failed"
    GONE = "gone"  # what was said then is not there any more


class ReplayCase(Base):
    """One answer of Claude's, then and now. No word in it tells whose it is (`redacting.py`).

    `asked`: what the customer had said. `was`, `became`: as `Side.as_json`; `became` None, `outcome` None and `number` None
    until it was replayed; `number` counts them as they are done. `pieces`: {"words": [[kind, text], …], "alike": percent}.
    """

    __tablename__ = "replay_case"
    __table_args__ = (Index("ix_replay_case_replay", "replay_id", "place"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    replay_id: Mapped[int] = mapped_column(ForeignKey("replay.id", ondelete="CASCADE"))
    turn_id: Mapped[int] = mapped_column(ForeignKey("turn.id", ondelete="CASCADE"), index=True)
    place: Mapped[int]
    tries: Mapped[int] = mapped_column(default=0, server_default="0")
    number: Mapped[int | None]
    outcome: Mapped[str | None] = mapped_column(String(12))
    asked: Mapped[str] = mapped_column(Text, default="", server_default="")
    was: Mapped[dict[str, Any]] = mapped_column(default=dict, server_default="{}")
    became: Mapped[dict[str, Any] | None]
    pieces: Mapped[dict[str, Any] | None]
