"""What the owner sets for the whole installation: one row, changed by admins."""

from sqlalchemy import String, Text, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base


class Installation(Base):
    """The settings of this business. `instructions` are Claude's, in the owner's words."""

    __tablename__ = "installation"

    id: Mapped[int] = mapped_column(primary_key=True)
    business_name: Mapped[str] = mapped_column(String(120), default="")
    instructions: Mapped[str] = mapped_column(Text, default="")
    handoff_text: Mapped[str] = mapped_column(Text, default="")


async def installation(session: AsyncSession) -> Installation:
    """The one row, made on first use."""
    found = (await session.execute(select(Installation).where(Installation.id == 1))).scalar_one_or_none()
    return found or Installation(id=1, business_name="", instructions="", handoff_text="")
