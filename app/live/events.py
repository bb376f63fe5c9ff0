"""What changed on screen, logged in the transaction that changed it; ids come in commit order, so a cursor never skips."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, String, bindparam, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from app import clock
from app.db import Base, after_commit, before_commit, table_of
from app.live.bell import bell
from app.rows import NewRows


class EventKind(StrEnum):
    """What happened. `live/fragments.py` alone knows what each one redraws."""

    MESSAGE_ADDED = "message_added"  # ref: message
    MESSAGE_CHANGED = "message_changed"  # ref: message; its status, reactions or text
    REACTED = "reacted"  # ref: message; like the above: a customer put an emoji on it
    NOTICE_ADDED = "notice_added"  # ref: message; a row across the thread that moves nothing else
    MESSAGE_RECALLED = (
        "message_recalled"  # ref: what was the message; taken back before it left, it is no more
    )
    PAST_ADDED = "past_added"  # the phone app's past was put into the thread, many messages at once
    CONVERSATION_JOINED = "conversation_joined"  # ref: the conversation that it has become part of
    CONVERSATION_CHANGED = (
        "conversation_changed"  # mode, assignee, hand-over; ref: its contact, where that changed
    )
    ASSIGNED = "assigned"  # to one attendant, who is called; audience: that attendant
    WRITING_CHANGED = "writing_changed"  # ref: user; an attendant writes an answer, or no more
    HANDED_OVER = "handed_over"  # ref: handoff; like the above, and people are called
    MENTIONED = "mentioned"  # ref: message, a note that names one attendant; audience: that attendant
    DRAFT_CHANGED = "draft_changed"  # Claude's growing draft: it began, grew or ended
    CONSULTATION_CHANGED = (
        "consultation_changed"  # ref: consultation; Claude helps one attendant; audience: that attendant
    )
    LABEL_CHANGED = (
        "label_changed"  # ref: label; new, another name or colour, or gone: it is a filter of every list
    )
    NUMBER_CHANGED = "number_changed"  # ref: number; WhatsApp stopped it, or it goes on
    MESSAGE_MARKED = "message_marked"  # ref: message; one attendant's star, or deleted for oneself; audience: that attendant
    CURSOR_MOVED = "cursor_moved"  # one attendant read; audience: that attendant
    MARK_CHANGED = "mark_changed"  # one attendant pinned, muted, archived…; audience: that attendant
    ATTENDANT_CHANGED = (
        "attendant_changed"  # settings or rights of one, for that attendant; a name, for everybody
    )
    UNKNOWN = "unknown"  # never logged: what a newer program logged, whose pages are fetched anew

    @classmethod
    def _missing_(cls, value: object) -> "EventKind":
        return cls.UNKNOWN


class LiveSeq(Base):
    """One row: the number of events ever written. Raised last in a transaction, so numbers follow the commits."""

    __tablename__ = "live_seq"

    id: Mapped[int] = mapped_column(primary_key=True)
    n: Mapped[int]


class LiveEvent(Base):
    """One visible change. It names what changed and carries no HTML and no text."""

    __tablename__ = "live_event"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    at: Mapped[datetime] = mapped_column(index=True)
    kind: Mapped[str] = mapped_column(String(30))
    conversation_id: Mapped[int | None] = mapped_column(
        ForeignKey("conversation.id", ondelete="CASCADE"), index=True
    )
    ref: Mapped[int | None]
    user_id: Mapped[int | None] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"), index=True)


@dataclass(frozen=True)
class Event:
    """One logged change. `user_id`: only that attendant may know of it; None: whoever may see the conversation."""

    id: int
    at: datetime
    kind: EventKind
    conversation_id: int | None
    ref: int | None
    user_id: int | None


listeners: list[Callable[[Sequence[Event]], None]] = []  # who hears at once what this process has committed


# Built once: every change of anything ends with them.
SEQ = table_of(LiveSeq)
RAISING = update(SEQ).where(SEQ.c.id == 1).values(n=SEQ.c.n + bindparam("more")).returning(SEQ.c.n)
LOGGING = NewRows(table_of(LiveEvent), ("id", "at", "kind", "conversation_id", "ref", "user_id"))


@dataclass(frozen=True)
class Change:
    """An event before it has a number. `user_id`: only for that attendant; None: for all who may see the conversation."""

    kind: EventKind
    conversation_id: int | None = None
    ref: int | None = None
    user_id: int | None = None


def announce(session: AsyncSession, change: Change) -> None:
    """Tell every open tab that this changed, once and only if this transaction commits."""
    session.info.setdefault("live", {})[change] = True
    before_commit(session, "live", write_events)


async def write_events(session: AsyncSession) -> None:
    """Number the changes and log them: the last statements of the transaction, so the counter is held briefly."""
    changes: dict[Change, bool] = session.info.pop("live", {})  # in the order in which they were announced
    if not changes:
        return
    last = (await session.execute(RAISING, {"more": len(changes)})).scalar_one()
    first = last - len(changes) + 1
    now = clock.now()
    events = [
        Event(first + offset, now, change.kind, change.conversation_id, change.ref, change.user_id)
        for offset, change in enumerate(changes)
    ]
    await LOGGING.write(
        session,
        [(one.id, one.at, one.kind, one.conversation_id, one.ref, one.user_id) for one in events],
    )
    after_commit(session, "live", lambda: tell(events))


def tell(events: Sequence[Event]) -> None:
    """The transaction is durable: whoever waits in this process looks now."""
    for hear in listeners:
        hear(events)
    bell.ring()
