"""What attendants think of Claude's answers: a thumb each, and a word why if they like."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from app import clock
from app.conversations.models import Author, Message
from app.db import Base
from app.errors import NotFound

LONGEST_NOTE = 300  # characters


class Verdict(Base):
    """One attendant's on one answer; a second thought takes the place of the first."""

    __tablename__ = "answer_verdict"
    __table_args__ = (
        UniqueConstraint("message_id", "user_id"),
        Index("ix_answer_verdict_given", "given_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    message_id: Mapped[int] = mapped_column(ForeignKey("message.id", ondelete="CASCADE"))
    turn_id: Mapped[int | None] = mapped_column(ForeignKey("turn.id", ondelete="SET NULL"), index=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"), index=True)
    is_good: Mapped[bool]
    note: Mapped[str] = mapped_column(String(LONGEST_NOTE), default="")
    given_at: Mapped[datetime]


def may_be_judged(message: Message) -> bool:
    return message.author == Author.CLAUDE


async def verdict_of(session: AsyncSession, message_id: int, user_id: int) -> Verdict | None:
    theirs = select(Verdict).where(Verdict.message_id == message_id, Verdict.user_id == user_id)
    return (await session.scalars(theirs)).one_or_none()


async def give(
    session: AsyncSession, message: Message, user_id: int, *, is_good: bool | None, note: str
) -> None:
    """None takes it back. The caller holds the message. Raises NotFound for what Claude did not write."""
    if not may_be_judged(message):
        raise NotFound
    verdict = await verdict_of(session, message.id, user_id)
    if is_good is None:
        if verdict is not None:
            await session.delete(verdict)
        return
    if verdict is None:
        verdict = Verdict(message_id=message.id, turn_id=message.turn_id, user_id=user_id)
        session.add(verdict)
    verdict.is_good, verdict.given_at = is_good, clock.now()
    verdict.note = " ".join(note.replace("\0", "").split())[:LONGEST_NOTE]
    await session.flush()
