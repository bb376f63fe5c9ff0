"""The 24-hour window: until when WhatsApp takes free-form messages to this contact at this number."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil
from typing import Any

from sqlalchemy import ColumnElement, and_, or_, update
from sqlalchemy.ext.asyncio import AsyncSession

from app import clock
from app.conversations import silent
from app.conversations.models import Conversation, Message
from app.errors import Invalid
from app.i18n import N_
from app.live.events import Change, EventKind, announce

LENGTH = timedelta(hours=24)
EARLY = timedelta(minutes=1)  # ours closes before WhatsApp's: what is sent now must still arrive inside
SOON = timedelta(hours=4)
NEEDS_NO_WINDOW = {"template"}
OPENS_NOTHING = {"system"}  # WhatsApp's own words in the customer's name


class WindowClosed(Invalid):
    words = N_(
        "More than 24 hours have passed since the customer's last message. Use a template, or have this sent when "
        "the customer writes again."
    )


@dataclass(frozen=True)
class ServiceWindow:
    """The window as it stands at `now`. `closes_at`: when it closes for us (UTC), None if it never was open."""

    closes_at: datetime | None
    now: datetime

    @property
    def is_open(self) -> bool:
        return self.closes_at is not None and self.now < self.closes_at

    @property
    def left(self) -> timedelta:
        return max((self.closes_at or self.now) - self.now, timedelta())

    @property
    def minutes_left(self) -> int:
        return ceil(self.left.total_seconds() / 60)

    @property
    def closes_soon(self) -> bool:
        return self.is_open and self.left < SOON


def of(conversation: Conversation) -> ServiceWindow:
    return as_of(conversation.window_until)


def as_of(window_until: datetime | None) -> ServiceWindow:
    """`window_until` is WhatsApp's end: 24 hours after the customer's newest message, by WhatsApp's clock."""
    return ServiceWindow(window_until - EARLY if window_until else None, clock.now())


def check(conversation: Conversation, message_type: str) -> None:
    """Raises WindowClosed when a message of this type may not be sent now."""
    if message_type not in NEEDS_NO_WINDOW and not of(conversation).is_open:
        raise WindowClosed(field="text")


def opened_by(message_type: str, content: Mapping[str, Any]) -> bool:
    """Whether a message of the customer's opens the window. Reactions, edits and revocations are no messages."""
    return message_type not in OPENS_NOTHING and not silent.is_silent(message_type, content)


def opening() -> ColumnElement[bool]:
    """The same as a condition on messages."""
    return and_(Message.type.not_in(OPENS_NOTHING), silent.speaks())


async def refused(session: AsyncSession, conversation_id: int, sent_at: datetime) -> None:
    """WhatsApp says that the window is closed for what was sent at `sent_at`: so it is, until the customer writes again."""
    now = clock.now()
    not_since = or_(Conversation.last_inbound_at.is_(None), Conversation.last_inbound_at < sent_at)
    believed = update(Conversation).where(
        Conversation.id == conversation_id, not_since, Conversation.window_until > now
    )
    closed = await session.execute(believed.values(window_until=now).returning(Conversation.id))
    if closed.first() is not None:
        announce(session, Change(EventKind.CONVERSATION_CHANGED, conversation_id))
