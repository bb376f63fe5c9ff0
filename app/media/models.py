"""What came as a file: where it is, or why it is not here."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import JSON, ForeignKey, String, false
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base


class MediaState(StrEnum):
    WAITING = "waiting"  # to be fetched, or being fetched
    THERE = "there"
    FAILED = "failed"  # given up, `reason` says why
    GONE = "gone"  # it was there and its file is missing on our disk; the sweep notices when it comes back


class Reason(StrEnum):
    """Why a file is not here."""

    EXPIRED = "expired"  # WhatsApp keeps files of customers for seven days
    NOT_THERE = "not_there"
    TOO_LARGE = "too_large"
    WRONG_HASH = "wrong_hash"
    WRONG_ADDRESS = "wrong_address"  # WhatsApp named a place that we ask for nothing
    REFUSED = "refused"  # Graph does not let us have it: the token, a permission, the account


class Unsafe(StrEnum):
    """Why a file is only handed out, and never drawn or played here."""

    TOO_MUCH = "too_much"  # of memory or time, for us or for a browser
    DAMAGED = "damaged"


class Media(Base):
    """The file of one message. Its name on the disk is drawn by us before its first byte is asked for, so a file
    always has a row; it is kept when the state changes."""

    __tablename__ = "media"

    id: Mapped[int] = mapped_column(primary_key=True)
    message_id: Mapped[int] = mapped_column(ForeignKey("message.id", ondelete="CASCADE"), unique=True)
    media_id: Mapped[str] = mapped_column(
        String(128)
    )  # Meta's, for seven days; of ours for thirty, "" before
    mime_declared: Mapped[str] = mapped_column(String(100), default="")
    mime_sniffed: Mapped[str | None] = mapped_column(
        String(100)
    )  # None: not there yet, or nothing that we know
    sha256: Mapped[str] = mapped_column(String(64), default="")  # hex; as declared until it is there
    bytes: Mapped[int | None]
    file_name: Mapped[str] = mapped_column(String(160), default="")  # the customer's, made harmless
    state: Mapped[str] = mapped_column(String(10))
    stored_as: Mapped[str] = mapped_column(String(64), unique=True)
    reason: Mapped[str | None] = mapped_column(String(20))
    tries: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime]
    fetched_at: Mapped[datetime | None]
    uploaded_at: Mapped[datetime | None]  # when Meta took what we send
    # What a look into the file has shown; nothing before `looked_at`.
    looked_at: Mapped[datetime | None]
    unsafe: Mapped[str | None] = mapped_column(String(20))
    has_preview: Mapped[bool] = mapped_column(default=False, server_default=false())
    width: Mapped[int | None]  # pixels, as it is looked at
    height: Mapped[int | None]
    duration_seconds: Mapped[float | None]
    waveform: Mapped[list[int] | None] = mapped_column(JSON(none_as_null=True))  # 64 loudnesses from 0 to 100
    pages: Mapped[int | None]
