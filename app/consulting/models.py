"""What an attendant asks Claude for oneself."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base


class Wish(StrEnum):
    """What Claude shall do for an attendant."""

    SUGGEST = "suggest"  # a reply
    SHORTER = "shorter"  # this and the next two: what stands in the text box, written anew
    KINDER = "kinder"
    CORRECT = "correct"
    TRANSLATE = "translate"  # the same in the customer's language
    UNDERSTAND = "understand"  # what the customer wrote last, in the attendant's language
    SUMMARISE = "summarise"
    ASK = "ask"  # a question to the knowledge base
    CHAT = "chat"  # an answer in a chat of the attendant's own
    BRIEFING = "briefing"  # nobody asked: the reply that a hand-over's card suggests, once it was put into the text box


class ConsultationState(StrEnum):
    RUNNING = "running"
    DONE = "done"
    STOPPED = "stopped"  # what was written until then stays
    FAILED = "failed"


class ConsultationFailure(StrEnum):
    """Why there is no answer, or only its beginning."""

    BUSY = "busy"
    REFUSED = "refused"  # by the model
    MISCONFIGURED = "misconfigured"  # an admin has to see to it
    INTERRUPTED = "interrupted"  # its process ended


class Consultation(Base):
    """One answer of Claude's to an attendant, beside a conversation or to a question of a chat of theirs; it is never
    sent by itself.

    `given`: what stood in the text box. `text`, in WhatsApp's markup, grows while it streams. `read_up_to`: the
    position of the newest message that Claude could read. `failure`: a ConsultationFailure. `closed_at`: when it went from the
    screen. Of one that was put into the text box (`used_at`), `message_id` is what was then sent, and `edit_distance`
    how much of it the attendant had changed, from 0 to 1, as it was sent.
    """

    __tablename__ = "consultation"
    __table_args__ = (
        Index("ix_consultation_place", "user_id", "conversation_id"),
        Index("ix_consultation_began", "began_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"))
    conversation_id: Mapped[int | None] = mapped_column(
        ForeignKey("conversation.id", ondelete="CASCADE"), index=True
    )
    wish: Mapped[str] = mapped_column(String(12))
    given: Mapped[str] = mapped_column(Text)
    text: Mapped[str] = mapped_column(Text, default="")
    state: Mapped[str] = mapped_column(String(10))
    failure: Mapped[str | None] = mapped_column(String(20))
    read_up_to: Mapped[int]
    began_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    used_at: Mapped[datetime | None]
    message_id: Mapped[int | None] = mapped_column(ForeignKey("message.id", ondelete="SET NULL"), index=True)
    edit_distance: Mapped[float | None]
    question_id: Mapped[int | None] = mapped_column(
        ForeignKey("chat_question.id", ondelete="CASCADE"), index=True
    )
    sources: Mapped[dict[str, Any] | None]  # as of a Handoff: what was found for it
