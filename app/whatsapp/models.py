"""The business's numbers, and every webhook as it came."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, LargeBinary, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base


class MarksRead(StrEnum):
    """When the customers of a number see that they were read."""

    OPEN = "open"
    REPLY = "reply"
    NEVER = "never"


class Number(Base):
    """A WhatsApp phone number of the business. One that only appeared in a webhook receives and cannot send."""

    __tablename__ = "number"

    id: Mapped[int] = mapped_column(primary_key=True)
    phone_number_id: Mapped[str] = mapped_column(String(64), unique=True)
    display_phone_number: Mapped[str] = mapped_column(String(64), default="")
    business_account_id: Mapped[str] = mapped_column(String(64), default="")
    is_receive_only: Mapped[bool] = mapped_column(default=False)
    marks_read: Mapped[str] = mapped_column(String(10), default=MarksRead.OPEN)
    created_at: Mapped[datetime]


STILL_FILED = text("history_filed IS NOT NULL")
STILL_WAITS = text("settled_at IS NULL")


class JournalEntry(Base):
    """The raw body of one webhook, written in the same transaction as its effects.

    The past that a `history` body brings, or a phone book, is filed later: `history_filed` counts how much of it is, and
    is None once all of it is, or where there is none.
    """

    __tablename__ = "journal"
    __table_args__ = (
        Index("ix_journal_history", "id", sqlite_where=STILL_FILED, postgresql_where=STILL_FILED),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    received_at: Mapped[datetime] = mapped_column(index=True)
    body_sha256: Mapped[str] = mapped_column(String(64), index=True)
    body: Mapped[bytes] = mapped_column(LargeBinary)
    set_aside: Mapped[str | None] = mapped_column(String(200))  # why the whole body was unusable when it came
    history_filed: Mapped[int | None]


class SetAside(Base):
    """One item of a webhook that could not be taken: where it is in the body, and why. The others went on.

    `path` is "" for the whole body. `reason` is that of the newest of its `tries`. `settled_at`: when it was taken
    after all; None while it waits for somebody to process it again.
    """

    __tablename__ = "set_aside"
    __table_args__ = (
        Index("ix_set_aside_waiting", "journal_id", sqlite_where=STILL_WAITS, postgresql_where=STILL_WAITS),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    journal_id: Mapped[int] = mapped_column(ForeignKey("journal.id", ondelete="CASCADE"), index=True)
    path: Mapped[str] = mapped_column(String(200))
    reason: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime]
    tries: Mapped[int] = mapped_column(default=1, server_default="1")
    settled_at: Mapped[datetime | None]
