"""The message templates of the business's WhatsApp accounts, as Meta lists them."""

from datetime import datetime
from typing import Any

from sqlalchemy import String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base

APPROVED = "APPROVED"


class Template(Base):
    """One template in one language. Words of Meta's (status, category, quality) are kept as Meta spells them.

    `content` holds Meta's `components` list. `status_reason` is "" when Meta gave none.
    """

    __tablename__ = "template"
    __table_args__ = (UniqueConstraint("business_account_id", "template_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    business_account_id: Mapped[str] = mapped_column(String(64))
    template_id: Mapped[str] = mapped_column(String(64))
    name: Mapped[str] = mapped_column(String(512))
    language: Mapped[str] = mapped_column(String(20))
    category: Mapped[str] = mapped_column(String(40))
    status: Mapped[str] = mapped_column(String(40))
    status_reason: Mapped[str] = mapped_column(String(200), default="")
    quality: Mapped[str] = mapped_column(String(20), default="")
    parameter_format: Mapped[str] = mapped_column(String(20), default="")
    content: Mapped[dict[str, Any]]
    synced_at: Mapped[datetime]

    @property
    def is_approved(self) -> bool:
        return self.status == APPROVED
