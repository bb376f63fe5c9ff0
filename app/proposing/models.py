"""What Claude proposes to keep of a person's answer."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base


class ProposalState(StrEnum):
    WAITING = "waiting"  # Claude writes it
    READY = "ready"  # and nobody has decided yet
    FAILED = "failed"
    APPROVED = "approved"  # an article says it now
    DISMISSED = "dismissed"


class Outcome(StrEnum):
    """What Claude makes of a question and a person's answer."""

    NEW = "new"  # an article of its own
    AMEND = "amend"  # belongs into one that is there
    KNOWN = "known"  # one says it already
    NOTHING = "nothing"  # the answer was meant for one customer alone


class Proposal(Base):
    """One for each question that Claude could not answer; asking again takes its place.

    `body`, in Markdown, is what would be written, or added to the article `article_id`; nothing of it is published
    before somebody approves it. `failure`: a ConsultationFailure.
    """

    __tablename__ = "article_proposal"

    handoff_id: Mapped[int] = mapped_column(
        ForeignKey("handoff.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    state: Mapped[str] = mapped_column(String(10))
    outcome: Mapped[str] = mapped_column(String(10), default="")
    title: Mapped[str] = mapped_column(String(200), default="")
    body: Mapped[str] = mapped_column(Text, default="")
    article_id: Mapped[int | None] = mapped_column(
        ForeignKey("knowledge_article.id", ondelete="SET NULL"), index=True
    )
    failure: Mapped[str | None] = mapped_column(String(20))
    asked_at: Mapped[datetime]
    asked_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id", ondelete="SET NULL"), index=True)
    ended_at: Mapped[datetime | None]
    decided_at: Mapped[datetime | None]
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id", ondelete="SET NULL"), index=True)
