"""Ways into the business's other systems, as its admins describe them."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base


class Method(StrEnum):
    GET = "GET"
    POST = "POST"
    PUT = "PUT"
    PATCH = "PATCH"
    DELETE = "DELETE"


class Connector(Base):
    """A request that Claude may make. `url` and `body` (JSON, "" for none) hold placeholders, see `filling.py`.

    `arguments`: as `arguments.py` keeps them. `headers_sealed`: a JSON object of names and values, "" for none.
    `changes`: it has an effect out there. `is_on`: Claude may use it. `picks`: which fields of the answer Claude gets,
    with commas between; "" for all.
    """

    __tablename__ = "connector"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(40), unique=True)
    description: Mapped[str] = mapped_column(Text)
    method: Mapped[str] = mapped_column(String(6))
    url: Mapped[str] = mapped_column(Text)
    body: Mapped[str] = mapped_column(Text)
    headers_sealed: Mapped[str] = mapped_column(Text)
    arguments: Mapped[dict[str, Any]]
    picks: Mapped[str] = mapped_column(Text)
    timeout_seconds: Mapped[int]
    changes: Mapped[bool]
    is_on: Mapped[bool]
    changed_at: Mapped[datetime]
    changed_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id", ondelete="SET NULL"), index=True)


class ConnectorCall(Base):
    """A call that changes something: the row is there before it leaves, so it leaves once. `said` None: nobody knows what
    came of it. `key`: see `once.py`.
    """

    __tablename__ = "connector_call"

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(64), unique=True)
    connector_id: Mapped[int | None] = mapped_column(
        ForeignKey("connector.id", ondelete="SET NULL"), index=True
    )
    conversation_id: Mapped[int] = mapped_column(
        ForeignKey("conversation.id", ondelete="CASCADE"), index=True
    )
    began_at: Mapped[datetime]
    status: Mapped[int | None]
    said: Mapped[str | None] = mapped_column(Text)
    failure: Mapped[str | None] = mapped_column(String(20))
