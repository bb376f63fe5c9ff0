"""What a voice message says, in words, or why that is not known."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base

HEARD = ("audio", "voice")  # kinds of messages


class TranscriptState(StrEnum):
    WAITING = "waiting"  # to be written down, or being written down
    DONE = "done"
    FAILED = "failed"  # given up, `failure` says why


class Failure(StrEnum):
    """Why a voice message was not written down."""

    TOO_LONG = "too_long"
    DAMAGED = "damaged"
    NO_ANSWER = "no_answer"  # the transcriber is busy or away, again and again
    REFUSED = "refused"  # it does not want it from us: the key, the model, the address
    NONSENSE = "nonsense"  # it answered something else


class Transcript(Base):
    """The words of one customer's voice message. `text` is "" until it is done, and where nothing was said."""

    __tablename__ = "transcript"

    message_id: Mapped[int] = mapped_column(
        ForeignKey("message.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    state: Mapped[str] = mapped_column(String(10))
    text: Mapped[str] = mapped_column(Text, default="")
    failure: Mapped[str | None] = mapped_column(String(20))
    tries: Mapped[int] = mapped_column(default=0)
    asked_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
