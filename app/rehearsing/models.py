"""What is tried out and kept until its owner clears it."""

from typing import Any

from sqlalchemy import ForeignKey, String, Text, false
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base


class Playground(Base):
    """One overseer's conversation with Claude, in which they play the customer.

    `talk`: {"lines": […]}, each with `by` and `at`; a customer's has `text`, Claude's what `Rehearsed.as_json` gives, or
    `declined`. `instructions` None, `model` "": those in force. `version` rises with each change, so that an answer to what
    is not there any more is thrown away.
    """

    __tablename__ = "playground"

    user_id: Mapped[int] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"), primary_key=True)
    talk: Mapped[dict[str, Any]] = mapped_column(default=dict)
    instructions: Mapped[str | None] = mapped_column(Text)
    model: Mapped[str] = mapped_column(String(120), default="", server_default="")
    effort: Mapped[str] = mapped_column(String(10), default="", server_default="")
    is_asked: Mapped[bool] = mapped_column(default=False, server_default=false())
    version: Mapped[int] = mapped_column(default=0, server_default="0")
