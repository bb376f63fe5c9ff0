"""Answers that are kept ready, for everybody at the desk."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base


class QuickReply(Base):
    """What `/shortcut` puts into the composer. `text` may hold variables (`filling.py`), and be empty beside a file.

    `stored_as`: its file in the media store, None for none; `file` then says what it is, as `files.py` keeps it.
    """

    __tablename__ = "quick_reply"

    id: Mapped[int] = mapped_column(primary_key=True)
    shortcut: Mapped[str] = mapped_column(String(40), unique=True)  # lower case, without the slash
    text: Mapped[str] = mapped_column(Text)
    stored_as: Mapped[str | None] = mapped_column(String(64), index=True)
    file: Mapped[dict[str, Any]] = mapped_column(default=dict)
    times_used: Mapped[int] = mapped_column(default=0)
    used_at: Mapped[datetime | None]
    changed_at: Mapped[datetime]
    changed_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id", ondelete="SET NULL"), index=True)
