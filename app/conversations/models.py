"""The endless thread with one contact at one number, and what is said in it."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint, false, text
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base


class Mode(StrEnum):
    """Who answers in a conversation."""

    CLAUDE = "claude"
    PERSON = "person"
    PAUSED = "paused"
    OFF = "off"


class Direction(StrEnum):
    IN = "in"
    OUT = "out"
    SYSTEM = "sys"  # WhatsApp or the desk tells what happened: nobody said it, it counts nowhere


class Author(StrEnum):
    CONTACT = "contact"
    USER = "user"
    CLAUDE = "claude"
    PHONE = "phone"  # typed in the WhatsApp Business app
    DESK = "desk"  # nobody: a notice of what happened here


class Conversation(Base):
    """One endless thread per contact and number.

    `last_position` counts every message as it is stored and is raised under the row's lock; read cursors are
    positions of it, so a message that arrives late is still unread. `inbound_count` counts the contact's messages.
    What the phone app's past brings has positions below zero, counts nowhere and is nobody's to read.
    `merged_into_id`: its contact was found to be another one, and the thread goes on there; nothing is left here.
    """

    __tablename__ = "conversation"
    __table_args__ = (
        UniqueConstraint("number_id", "contact_id"),
        Index("ix_conversation_last_activity", "last_activity_at", "id"),
        Index("ix_conversation_last_inbound", "last_inbound_position"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    number_id: Mapped[int] = mapped_column(ForeignKey("number.id", ondelete="RESTRICT"))
    contact_id: Mapped[int] = mapped_column(ForeignKey("contact.id", ondelete="CASCADE"), index=True)
    mode: Mapped[str] = mapped_column(String(10))
    paused_until: Mapped[datetime | None]
    claude_stopped: Mapped[bool] = mapped_column(default=False, server_default=false())  # and nobody answered
    assignee_id: Mapped[int | None] = mapped_column(ForeignKey("user.id", ondelete="SET NULL"), index=True)
    created_at: Mapped[datetime]
    last_activity_at: Mapped[datetime]
    last_message_position: Mapped[int | None]  # of the message that the list shows
    last_position: Mapped[int] = mapped_column(default=0)
    last_inbound_position: Mapped[int] = mapped_column(default=0)
    last_inbound_at: Mapped[datetime | None]
    window_until: Mapped[datetime | None]  # free-form messages may be sent: `service_window`
    inbound_count: Mapped[int] = mapped_column(default=0)
    merged_into_id: Mapped[int | None]
    resolved_position: Mapped[int | None]  # up to where nothing waits any more: of the last `Closure`
    blocked_at: Mapped[datetime | None]  # WhatsApp passes on nothing that the contact writes to this number

    @property
    def is_resolved(self) -> bool:
        """Until the customer writes again."""
        return self.resolved_position is not None and self.last_inbound_position <= self.resolved_position


# What a thread shares, by kind (`conversations/shared.py`): each has an index of its own, which holds nothing else.
SHARED = {
    "media": "type IN ('image', 'video')",
    "documents": "type = 'document'",
    "links": "(lower(body) LIKE '%http%://_%' OR lower(body) LIKE '%www._%')",
}


def shared_index(kind: str) -> Index:
    """The messages of a thread that hold something of this kind, in its order."""
    which = text(SHARED[kind])
    place = ("conversation_id", "sent_at", "position")
    return Index(f"ix_message_{kind}", *place, sqlite_where=which, postgresql_where=which)


UNREAD = text("search_text IS NULL")


class Message(Base):
    """One bubble. The thread is ordered by (`sent_at`, `position`).

    `type` is WhatsApp's word (text, image, …) and `content` that type's own JSON, so that nothing received is lost.
    `beside` is what came with it (`conversations/beside.py`), `body` the newest wording where its author edited it.
    `status` is a DeliveryStatus on outbound messages, None on inbound ones.
    """

    __tablename__ = "message"
    __table_args__ = (
        UniqueConstraint("number_id", "wamid"),
        UniqueConstraint("compose_id"),
        UniqueConstraint("conversation_id", "position"),
        Index("ix_message_thread", "conversation_id", "sent_at", "position"),
        *(shared_index(kind) for kind in SHARED),
        Index("ix_message_search_unread", "id", sqlite_where=UNREAD, postgresql_where=UNREAD),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    conversation_id: Mapped[int] = mapped_column(ForeignKey("conversation.id", ondelete="CASCADE"))
    number_id: Mapped[int] = mapped_column(ForeignKey("number.id", ondelete="RESTRICT"))
    position: Mapped[int]
    direction: Mapped[str] = mapped_column(String(3))
    author: Mapped[str] = mapped_column(String(10))
    user_id: Mapped[int | None] = mapped_column(ForeignKey("user.id", ondelete="SET NULL"))
    turn_id: Mapped[int | None] = mapped_column(ForeignKey("turn.id", ondelete="SET NULL"), index=True)
    type: Mapped[str] = mapped_column(String(40))
    body: Mapped[str] = mapped_column(Text, default="")
    content: Mapped[dict[str, Any]] = mapped_column(default=dict)
    beside: Mapped[dict[str, Any]] = mapped_column(default=dict, server_default=text("'{}'"))
    wamid: Mapped[str | None] = mapped_column(String(512))
    reply_to_wamid: Mapped[str | None] = mapped_column(String(512))
    compose_id: Mapped[str | None] = mapped_column(String(36))
    sent_at: Mapped[datetime]  # provider time, clamped round the receipt; ours for what we send
    stored_at: Mapped[datetime]
    status: Mapped[str | None] = mapped_column(String(10))
    edited_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]
    search_text: Mapped[str | None] = mapped_column(Text)  # `search/message_text.py`; None: not read yet


class Wording(Base):
    """What an edited message said at one time: its first text, and one more for each edit. `wamid` brought it."""

    __tablename__ = "wording"
    __table_args__ = (UniqueConstraint("message_id", "wamid"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    message_id: Mapped[int] = mapped_column(ForeignKey("message.id", ondelete="CASCADE"))
    wamid: Mapped[str] = mapped_column(String(512))
    body: Mapped[str] = mapped_column(Text)
    written_at: Mapped[datetime]


class EarlyChange(Base):
    """An edit or, without `body`, a deletion that came before its message, `target_wamid`. `wamid` brought it."""

    __tablename__ = "early_change"
    __table_args__ = (UniqueConstraint("number_id", "target_wamid", "wamid"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    number_id: Mapped[int] = mapped_column(ForeignKey("number.id", ondelete="RESTRICT"))
    target_wamid: Mapped[str] = mapped_column(String(512))
    wamid: Mapped[str] = mapped_column(String(512))
    body: Mapped[str | None] = mapped_column(Text)
    changed_at: Mapped[datetime]


class Reaction(Base):
    """An emoji on a message; None once taken back. Kept by wamid: it may arrive before its message.

    One of the contact's and one of the business's (`by_us`) for each message. `error_code` is why WhatsApp did not
    take ours, `sent_as` the wamid under which it did.
    """

    __tablename__ = "reaction"
    __table_args__ = (UniqueConstraint("number_id", "target_wamid", "contact_id", "by_us"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    number_id: Mapped[int] = mapped_column(ForeignKey("number.id", ondelete="RESTRICT"))
    contact_id: Mapped[int] = mapped_column(ForeignKey("contact.id", ondelete="CASCADE"), index=True)
    target_wamid: Mapped[str] = mapped_column(String(512))
    by_us: Mapped[bool] = mapped_column(default=False, server_default=false())
    emoji: Mapped[str | None] = mapped_column(String(64))
    reacted_at: Mapped[datetime]
    sent_as: Mapped[str | None] = mapped_column(String(512), index=True)
    error_code: Mapped[int | None]


class Label(Base):
    """A name in a colour of `labelling.COLOURS` that attendants put on conversations."""

    __tablename__ = "label"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(40), unique=True)
    colour: Mapped[str] = mapped_column(String(20))


class ConversationLabel(Base):
    """A label that stands on a conversation, for everybody."""

    __tablename__ = "conversation_label"

    conversation_id: Mapped[int] = mapped_column(
        ForeignKey("conversation.id", ondelete="CASCADE"), primary_key=True
    )
    label_id: Mapped[int] = mapped_column(
        ForeignKey("label.id", ondelete="CASCADE"), primary_key=True, index=True
    )


class Writer(Base):
    """Where an attendant writes an answer, or did last: one place at a time. `until`: seconds since 1970, as browsers
    count; then nobody is told any more, unless they went on."""

    __tablename__ = "writer"

    user_id: Mapped[int] = mapped_column(
        ForeignKey("user.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    conversation_id: Mapped[int] = mapped_column(
        ForeignKey("conversation.id", ondelete="CASCADE"), index=True
    )
    until: Mapped[int]


class HeldText(Base):
    """A person's text that is sent once the customer writes again; gone as soon as it is queued."""

    __tablename__ = "held_text"

    id: Mapped[int] = mapped_column(primary_key=True)
    conversation_id: Mapped[int] = mapped_column(
        ForeignKey("conversation.id", ondelete="CASCADE"), index=True
    )
    user_id: Mapped[int | None] = mapped_column(ForeignKey("user.id", ondelete="SET NULL"))
    text: Mapped[str] = mapped_column(Text)
    compose_id: Mapped[str | None] = mapped_column(String(36), unique=True)  # its message's, once it leaves
    created_at: Mapped[datetime]


class Draft(Base):
    """What an attendant has typed and not sent, one per attendant and conversation."""

    __tablename__ = "draft"

    user_id: Mapped[int] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"), primary_key=True)
    conversation_id: Mapped[int] = mapped_column(
        ForeignKey("conversation.id", ondelete="CASCADE"), primary_key=True
    )
    text: Mapped[str] = mapped_column(Text)
    updated_at: Mapped[datetime]


class StarredMessage(Base):
    """A message that an attendant wants to find again."""

    __tablename__ = "starred_message"

    user_id: Mapped[int] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"), primary_key=True)
    message_id: Mapped[int] = mapped_column(
        ForeignKey("message.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    marked_at: Mapped[datetime]


class HiddenMessage(Base):
    """A message that an attendant has deleted for themselves; everybody else still has it."""

    __tablename__ = "hidden_message"

    user_id: Mapped[int] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"), primary_key=True)
    message_id: Mapped[int] = mapped_column(
        ForeignKey("message.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    marked_at: Mapped[datetime]
