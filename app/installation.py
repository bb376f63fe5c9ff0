"""What the owner sets for the whole installation: one row, changed by admins."""

from datetime import datetime
from typing import Any

from sqlalchemy import String, Text, false, select, text, true
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base

# A shop that closes on Sunday sees the warning at most on a Sunday evening; Meta may give up after 36 hours.
USUAL_SILENCE_MINUTES = 24 * 60
USUAL_ANSWERS_PER_DAY = 50
SILENCE_WORDS = "parar, stop, descadastrar"


class Installation(Base):
    """The settings of this business. `instructions` are Claude's, in the owner's words.

    `opening_hours`: as `opening_hours.py` keeps them. `claude_labels`: Claude may put labels on conversations.
    `person_words`: a short message with one of them is a person's at once; `silence_words`: whoever writes nothing but
    one of them gets no more answers of Claude's. Commas between them. `push_key`: see `push/keys.py`.
    `silence_minutes`: after how long without any webhook admins are warned; 0: never.
    `usd_in_brl`: what a dollar costs in millionths of a real, as somebody typed it at that time; None: nobody did.
    `returns_when_resolved`: then Claude answers again. `returns_after_hours`: it also does after so long without an answer
    of people's; 0: never.
    `hides_numbers`: Claude sees no CPF and no card's number.
    `budget_…`: what Claude may cost; None: no limit. `answers_per_day`: of Claude, to one person. `claude_trouble`: the
    failure for which Claude is switched off since then, see `assistant/trouble.py`.
    """

    __tablename__ = "installation"

    id: Mapped[int] = mapped_column(primary_key=True)
    business_name: Mapped[str] = mapped_column(String(120), default="")
    instructions: Mapped[str] = mapped_column(Text, default="")
    handoff_text: Mapped[str] = mapped_column(Text, default="")
    opening_hours: Mapped[dict[str, Any]] = mapped_column(default=dict, server_default="{}")
    expected_wait_minutes: Mapped[int] = mapped_column(
        default=0, server_default="0"
    )  # for a person; 0: not told
    claude_labels: Mapped[bool] = mapped_column(default=False, server_default=false())
    person_words: Mapped[str] = mapped_column(Text, default="", server_default="")
    silence_words: Mapped[str] = mapped_column(Text, default=SILENCE_WORDS, server_default=SILENCE_WORDS)
    silence_minutes: Mapped[int] = mapped_column(
        default=USUAL_SILENCE_MINUTES, server_default=str(USUAL_SILENCE_MINUTES)
    )
    usd_in_brl: Mapped[int | None]
    usd_in_brl_at: Mapped[datetime | None]
    budget_day_microusd: Mapped[int | None]
    budget_month_microusd: Mapped[int | None]
    answers_per_day: Mapped[int] = mapped_column(
        default=USUAL_ANSWERS_PER_DAY, server_default=text(str(USUAL_ANSWERS_PER_DAY))
    )
    returns_when_resolved: Mapped[bool] = mapped_column(default=True, server_default=true())
    returns_after_hours: Mapped[int] = mapped_column(default=0, server_default="0")
    hides_numbers: Mapped[bool] = mapped_column(default=True, server_default=true())
    claude_trouble: Mapped[str | None] = mapped_column(String(80))
    claude_trouble_at: Mapped[datetime | None]
    push_key: Mapped[str] = mapped_column(Text, default="", server_default="")


async def installation(session: AsyncSession) -> Installation:
    """The one row, made on first use."""
    found = (await session.execute(select(Installation).where(Installation.id == 1))).scalar_one_or_none()
    return found or Installation(
        id=1,
        business_name="",
        instructions="",
        handoff_text="",
        opening_hours={},
        expected_wait_minutes=0,
        claude_labels=False,
        person_words="",
        silence_words=SILENCE_WORDS,
        silence_minutes=USUAL_SILENCE_MINUTES,
        answers_per_day=USUAL_ANSWERS_PER_DAY,
        returns_when_resolved=True,
        returns_after_hours=0,
        hides_numbers=True,
    )
