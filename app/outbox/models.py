"""What leaves for WhatsApp, and what WhatsApp reports of it."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint, false, text
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base


class Delivery(Base):
    """One attempt to bring one message to WhatsApp. "Try again" makes a new one; retries before an answer do not.

    `opaque` is what Meta echoes in its status reports: it settles a send whose answer was lost. A claim is the pair
    (`lease_token`, `lease_until`), committed just before the request; one that ran out is *unknown*.
    """

    __tablename__ = "delivery"
    __table_args__ = (
        Index("ix_delivery_due", "status", "next_try_at"),
        Index("ix_delivery_conversation", "conversation_id", "status"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    message_id: Mapped[int] = mapped_column(ForeignKey("message.id", ondelete="CASCADE"), index=True)
    conversation_id: Mapped[int] = mapped_column(ForeignKey("conversation.id", ondelete="CASCADE"))
    number_id: Mapped[int] = mapped_column(ForeignKey("number.id", ondelete="RESTRICT"))
    opaque: Mapped[str] = mapped_column(String(36), unique=True)
    payload: Mapped[dict[str, Any]]
    status: Mapped[str] = mapped_column(String(10))
    tries: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime]
    next_try_at: Mapped[datetime | None]  # None: not waiting for us any more
    lease_token: Mapped[str | None] = mapped_column(String(36))
    lease_until: Mapped[datetime | None]
    unknown_at: Mapped[datetime | None]
    wamid: Mapped[str | None] = mapped_column(String(512), index=True)
    error_code: Mapped[int | None]
    error_details: Mapped[str | None] = mapped_column(Text)
    sent_at: Mapped[datetime | None]
    delivered_at: Mapped[datetime | None]
    read_at: Mapped[datetime | None]


class NumberPace(Base):
    """When the next message of a number may leave, for all senders of all processes; made with its first claim."""

    __tablename__ = "number_pace"

    number_id: Mapped[int] = mapped_column(
        ForeignKey("number.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    free_at: Mapped[datetime]  # nothing leaves before: the limit, or WhatsApp's wish to be left alone
    slowdowns: Mapped[int] = mapped_column(default=0)  # how many waits in a row WhatsApp has asked for
    slowed_at: Mapped[datetime | None]  # when it asked for the last one
    stopped_code: Mapped[int | None]  # Meta's code while it refuses everything of this number
    stopped_at: Mapped[datetime | None]
    stop_was_reported: Mapped[bool] = mapped_column(default=False, server_default=false())


class ContactPace(Base):
    """When the next message of a conversation (one contact, one number) may leave."""

    __tablename__ = "contact_pace"

    conversation_id: Mapped[int] = mapped_column(
        ForeignKey("conversation.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    free_at: Mapped[datetime]


ARRIVED = text("status IN ('delivered', 'read')")  # what Meta bills tells its price then


class DeliveryReport(Base):
    """A status report as it came, once each. Without a delivery it waits: it may be faster than the send's answer."""

    __tablename__ = "delivery_report"
    __table_args__ = (
        UniqueConstraint("wamid", "status", "participant"),
        Index("ix_delivery_report_priced", "reported_at", sqlite_where=ARRIVED, postgresql_where=ARRIVED),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    delivery_id: Mapped[int | None] = mapped_column(ForeignKey("delivery.id", ondelete="CASCADE"), index=True)
    wamid: Mapped[str] = mapped_column(String(512))
    opaque: Mapped[str | None] = mapped_column(String(512), index=True)
    status: Mapped[str] = mapped_column(String(20))
    participant: Mapped[str] = mapped_column(String(200), default="")  # of a group; empty otherwise
    reported_at: Mapped[datetime]
    error_code: Mapped[int | None]
    error_details: Mapped[str | None] = mapped_column(Text)
    pricing: Mapped[dict[str, Any]] = mapped_column(default=dict)


class MessagePrice(Base):
    """What Meta takes for one delivered message of a category, in micro-USD, from then on. Rows are added, never changed."""

    __tablename__ = "message_price"

    id: Mapped[int] = mapped_column(primary_key=True)
    category: Mapped[str] = mapped_column(String(40))
    valid_from: Mapped[datetime]
    microusd: Mapped[int]
