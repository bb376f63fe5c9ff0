"""The people who write, and every name WhatsApp knows them by."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base


class Contact(Base):
    """A customer. `name` is the profile name that came last; it identifies nobody."""

    __tablename__ = "contact"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(512), default="")
    username: Mapped[str | None] = mapped_column(String(128))
    created_at: Mapped[datetime]


class IdentityKind(StrEnum):
    BSUID = "bsuid"
    PARENT_BSUID = "parent_bsuid"
    WA_ID = "wa_id"


class Identity(Base):
    """One proven way to recognise a contact. `superseded_at` is set when WhatsApp said that it changed."""

    __tablename__ = "identity"
    __table_args__ = (UniqueConstraint("kind", "value"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    contact_id: Mapped[int] = mapped_column(ForeignKey("contact.id", ondelete="CASCADE"), index=True)
    kind: Mapped[str] = mapped_column(String(20))
    value: Mapped[str] = mapped_column(String(200))
    first_seen_at: Mapped[datetime]
    superseded_at: Mapped[datetime | None]
