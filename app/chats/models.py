"""An attendant's own chats with Claude."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base


class Chat(Base):
    """`model`: "" for the one that an admin chose. `words`: all of it as search keeps words. Deleted ones can be brought
    back for a while."""

    __tablename__ = "chat"
    __table_args__ = (Index("ix_chat_user", "user_id", "updated_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"))
    title: Mapped[str] = mapped_column(String(120))
    model: Mapped[str] = mapped_column(String(120), default="")
    words: Mapped[str] = mapped_column(Text, default="")
    updated_at: Mapped[datetime]
    deleted_at: Mapped[datetime | None]


class ChatQuestion(Base):
    """What was asked. Its answers are consultations, the newest last: each is a version of the answer."""

    __tablename__ = "chat_question"

    id: Mapped[int] = mapped_column(primary_key=True)
    chat_id: Mapped[int] = mapped_column(ForeignKey("chat.id", ondelete="CASCADE"), index=True)
    text: Mapped[str] = mapped_column(Text)
    asked_at: Mapped[datetime]
