"""The order of a thread: provider time in whole seconds (that is all WhatsApp tells), then the conversation's counter."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from operator import attrgetter
from typing import Any

from sqlalchemy import bindparam, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.boundaries import Boundary, passed
from app.conversations import service_window
from app.conversations.models import Conversation, Direction, Message
from app.conversations.silent import is_silent
from app.db import made, table_of
from app.errors import Joined
from app.rows import ChangedRows, NewRows
from app.search import message_text

OLDEST = timedelta(days=8)  # Meta delivers a webhook for up to 7 days
NEWEST = timedelta(minutes=5)
POSITIONS = 10**12  # as many as 12 digits can tell apart


def time_of(
    provider_time: datetime | None, received_at: datetime, known_at: datetime | None = None
) -> datetime:
    """When a message counts as sent: the provider's word within reason, in whole seconds.

    `known_at` is the latest time in its thread. When that is out of reason itself, our clock was put back since: then
    the provider, not our clock, says what comes after what.
    """
    claimed, latest = provider_time or received_at, received_at + NEWEST
    if known_at is not None and known_at > latest:
        latest = known_at + NEWEST
    return min(max(claimed, received_at - OLDEST), latest).replace(microsecond=0)


def past_time_of(provider_time: datetime | None, received_at: datetime) -> datetime:
    """The same for what was said before our time, which may be as old as it likes."""
    return min(provider_time or received_at, received_at + NEWEST).replace(microsecond=0)


def sort_key(sent_at: datetime, position: int) -> str:
    """The order as text for the browser: 11 digits of seconds, 12 of the counter.

    The past, whose positions lie below zero, stands at the end of the second before: in front of all that was
    counted in its own, and every other key is as it would be without it.
    """
    seconds = int(sent_at.timestamp())
    if position < 0:
        seconds, position = seconds - 1, position + POSITIONS
    return f"{seconds:011d}{position:012d}"


def key_of(message: Message) -> str:
    return sort_key(message.sent_at, message.position)


def parse_key(key: str) -> tuple[datetime, int] | None:
    """The (sent_at, position) that a sort key names; None for anything else."""
    if len(key) != 23 or not key.isascii() or not key.isdigit():
        return None
    seconds, position = int(key[:11]), int(key[11:])
    if position >= POSITIONS // 2:
        seconds, position = seconds + 1, position - POSITIONS
    return datetime.fromtimestamp(seconds, UTC), position


CONVERSATIONS, MESSAGES = table_of(Conversation), table_of(Message)
COUNTERS = (
    "last_position", "last_message_position", "last_activity_at",
    "last_inbound_position", "last_inbound_at", "inbound_count", "claude_stopped", "window_until",
)  # fmt: skip


@dataclass(slots=True)
class Place:
    """A conversation that is locked until the transaction ends, as far as placing messages in it needs it."""

    id: int
    number_id: int
    contact_id: int
    mode: str
    last_position: int
    last_message_position: int | None
    last_activity_at: datetime
    last_inbound_position: int
    last_inbound_at: datetime | None
    inbound_count: int
    claude_stopped: bool
    window_until: datetime | None
    merged_into_id: int | None

    def put(self, direction: Direction, sent_at: datetime, kind: str, content: Mapping[str, Any]) -> int:
        """Count one message of type `kind`; its position. It becomes the last one shown unless a later one already is.

        What WhatsApp tells is shown in the thread alone, and moves no row.
        """
        self.last_position += 1
        if direction is Direction.SYSTEM and self.last_message_position is not None:
            return self.last_position
        if self.last_message_position is None or self.last_activity_at <= sent_at:
            self.last_message_position, self.last_activity_at = self.last_position, sent_at
        if direction is Direction.IN:
            self.last_inbound_position = self.last_position
            self.last_inbound_at = max(self.last_inbound_at or sent_at, sent_at)
            if service_window.opened_by(kind, content):
                until = sent_at + service_window.LENGTH
                self.window_until = max(self.window_until or until, until)
            self.inbound_count += 1
            if not is_silent(kind, content):
                self.claude_stopped = False  # it answers all that waits, with this
        return self.last_position

    def put_past(self, sent_at: datetime, position: int) -> None:
        """Take in a message from before our time: nobody's to read, it opens no window and is shown only if newest."""
        shown = (self.last_activity_at, self.last_message_position or 0)
        if self.last_message_position is None or shown < (sent_at, position):
            self.last_message_position, self.last_activity_at = position, sent_at


# Built once: they stand on the way of every message. Locks are taken in the order of the ids.
PLACE: list[Any] = list(CONVERSATIONS.c["id", "number_id", "contact_id", "mode", *COUNTERS, "merged_into_id"])
PLACES = select(*PLACE).order_by(CONVERSATIONS.c.id).with_for_update(key_share=True)
PLACE_OF = PLACES.where(CONVERSATIONS.c.id == bindparam("conversation"))
LOWEST = select(func.min(MESSAGES.c.position)).where(MESSAGES.c.conversation_id == bindparam("conversation"))
counters_of = attrgetter(*COUNTERS)
COLUMNS = [column.name for column in MESSAGES.columns if column.name != "id"]
STORING = NewRows(MESSAGES, COLUMNS, returning=("id", "conversation_id", "position"))
COUNTING = ChangedRows(CONVERSATIONS, COUNTERS)
EMPTY: Mapping[str, Any] = dict.fromkeys(COLUMNS) | {"body": "", "content": {}, "beside": {}}


async def store(session: AsyncSession, direction: Direction, **values: Any) -> Message:
    """Put a message of ours into its thread; `values` are its columns but id, position and direction.

    What we say now stands last, though the customer's clock runs ahead or ours was put back. Gives it as it was
    stored, outside of the session. Its conversation is locked until the transaction ends. Raises Joined when that
    has just become part of another one.
    """
    found = (await session.execute(PLACE_OF, {"conversation": values["conversation_id"]})).one()
    place = Place(*found)
    if place.merged_into_id is not None:
        raise Joined(place.merged_into_id)
    values["sent_at"] = max(values["sent_at"], place.last_activity_at)
    return (await store_all(session, direction, [(place, values)]))[0]


async def store_all(
    session: AsyncSession, direction: Direction, placed: Sequence[tuple[Place, Mapping[str, Any]]]
) -> list[Message]:
    """The same for many, each with its conversation's place, in this order and in three statements at most."""
    messages = []
    for place, values in placed:
        position = place.put(direction, values["sent_at"], values["type"], values.get("content", {}))
        messages.append({**EMPTY, **values, "position": position, "direction": direction})
    return await write(session, messages, [place for place, _ in placed])


async def store_past(
    session: AsyncSession, placed: Sequence[tuple[Place, Mapping[str, Any]]]
) -> list[Message]:
    """Messages from before our time, `values` with their direction, in this order in front of all that are stored.

    Their positions lie below zero, under every read cursor and under whatever was ever answered.
    """
    by_place: dict[int, list[tuple[Place, Mapping[str, Any]]]] = {}
    for place, values in placed:
        by_place.setdefault(place.id, []).append((place, values))
    messages = []
    for conversation_id, theirs in by_place.items():
        first = (await session.execute(LOWEST, {"conversation": conversation_id})).scalar_one() or 0
        for position, (place, values) in enumerate(theirs, start=min(first, 0) - len(theirs)):
            place.put_past(values["sent_at"], position)
            messages.append({**EMPTY, **values, "position": position})
    return await write(session, messages, [place for place, _ in placed])


async def write(
    session: AsyncSession, messages: Sequence[dict[str, Any]], places: Sequence[Place]
) -> list[Message]:
    """Insert messages that have their positions, with what search finds them by, and the counters of their
    conversations."""
    for row in messages:
        row["search_text"] = message_text.text_of(made(Message, row))
    found = await STORING.write(session, [[row[name] for name in COLUMNS] for row in messages])
    passed(Boundary.MESSAGE_STORED)
    changed = {place.id: place for place in places}.values()
    await COUNTING.write(session, [(place.id, *counters_of(place)) for place in changed])
    passed(Boundary.COUNTED)
    ids = {(conversation_id, position): id for id, conversation_id, position in found}
    return [made(Message, {**row, "id": ids[row["conversation_id"], row["position"]]}) for row in messages]
