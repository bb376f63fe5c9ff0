"""What a thread has beside words: its photos and videos, its links, its documents, the newest first."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Select, bindparam, func, select, text, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from app.conversations import message_marks
from app.conversations.models import SHARED, Message
from app.conversations.ordering import key_of, sort_key
from app.db import UtcDateTime, made, table_of
from app.media import showing
from app.media.models import Media, MediaState
from app.whatsapp.markup import addresses

PAGE = 60
STRIP = 4


class Kind(StrEnum):
    MEDIA = "media"
    LINKS = "links"
    DOCUMENTS = "documents"


@dataclass(frozen=True)
class Thing:
    """A message that holds something of its kind: its file, or the addresses in its words. `month`: its first day."""

    message: Message
    key: str
    month: date
    media: showing.Shown | None
    addresses: Sequence[str]


@dataclass(frozen=True)
class SharedPage:
    """Things of one kind from new to old; `older` is the key to ask for the next page, None at the end."""

    kind: Kind
    things: Sequence[Thing]
    older: str | None


@dataclass(frozen=True)
class Strip:
    """How much there is of all kinds together, and the newest pictures."""

    count: int
    newest: Sequence[Thing]


MESSAGES, MEDIA = table_of(Message), table_of(Media)
PLACE = tuple_(MESSAGES.c.sent_at, MESSAGES.c.position)
HERE = tuple_(bindparam("sent_at", type_=UtcDateTime()), bindparam("position"))


def of_kind(kind: Kind, *columns: Any) -> Select[Any]:
    """The thread's messages of this kind that are still there. Its condition stands in the SQL word for word, or the
    index of the same condition would not be used."""
    here = MESSAGES.c.conversation_id == bindparam("conversation")
    found = select(*columns).where(here, text(SHARED[kind]), MESSAGES.c.revoked_at.is_(None))
    if kind is Kind.LINKS:
        return found
    return found.join(MEDIA, MEDIA.c.message_id == MESSAGES.c.id).where(MEDIA.c.state == MediaState.THERE)


def ordered(kind: Kind, *, oldest_first: bool = False) -> Select[Any]:
    order = [one if oldest_first else one.desc() for one in (MESSAGES.c.sent_at, MESSAGES.c.position)]
    return of_kind(kind, MESSAGES).order_by(*order).limit(bindparam("most"))


# Built once: they are asked whenever a file comes into a thread that somebody looks at.
NEWEST = {kind: ordered(kind) for kind in Kind}
OLDER = {kind: ordered(kind).where(PLACE < HERE) for kind in Kind}
NEWER_MEDIA = ordered(Kind.MEDIA, oldest_first=True).where(PLACE > HERE)
COUNTS = select(*(of_kind(kind, func.count()).scalar_subquery() for kind in Kind))


async def page(
    session: AsyncSession,
    conversation_id: int,
    kind: Kind,
    zone: ZoneInfo,
    before: tuple[datetime, int] | None = None,
    size: int = PAGE,
) -> SharedPage:
    """The newest `size` things of a kind, or those just older than the key `before`."""
    asked: dict[str, Any] = {"conversation": conversation_id, "most": size + 1}
    if before is not None:
        asked |= {"sent_at": before[0], "position": before[1]}
    found = await session.execute((NEWEST if before is None else OLDER)[kind], asked)
    messages = [made(Message, one) for one in found.mappings()]
    older = key_of(messages[size - 1]) if len(messages) > size else None
    return SharedPage(kind, await things_of(session, kind, messages[:size], zone), older)


async def beside(
    session: AsyncSession, message: Message, zone: ZoneInfo, most: int, *, later: bool
) -> list[Thing]:
    """The photos and videos next to a message in its thread, the nearest first."""
    here = {"conversation": message.conversation_id, "sent_at": message.sent_at, "position": message.position}
    found = await session.execute(NEWER_MEDIA if later else OLDER[Kind.MEDIA], here | {"most": most})
    return await things_of(session, Kind.MEDIA, [made(Message, one) for one in found.mappings()], zone)


async def shown_to(session: AsyncSession, reader_id: int, things: Sequence[Thing]) -> list[Thing]:
    """Without those that the reader has deleted for themselves."""
    marks = await message_marks.marks_on(session, reader_id, [thing.message.id for thing in things])
    return [thing for thing in things if thing.message.id not in marks.hidden]


async def things_of(
    session: AsyncSession, kind: Kind, messages: Sequence[Message], zone: ZoneInfo
) -> list[Thing]:
    files = {} if kind is Kind.LINKS else await showing.shown_with(session, messages)
    things = [thing_of(kind, one, files.get(one.id), zone) for one in messages]
    return [one for one in things if one]


async def strip(session: AsyncSession, conversation_id: int, zone: ZoneInfo) -> Strip:
    counts = (await session.execute(COUNTS, {"conversation": conversation_id})).one()
    latest = await page(session, conversation_id, Kind.MEDIA, zone, size=STRIP)
    return Strip(sum(counts), latest.things)


def thing_of(kind: Kind, message: Message, media: showing.Shown | None, zone: ZoneInfo) -> Thing | None:
    """A message as a thing of this kind; None where it is none after all."""
    found = addresses(message.body) if kind is Kind.LINKS else []
    is_there = bool(found) if kind is Kind.LINKS else media is not None and media.state == MediaState.THERE
    month = message.sent_at.astimezone(zone).date().replace(day=1)
    return Thing(message, key_of(message), month, media, found) if is_there else None


def kinds_of(message: Message) -> list[Kind]:
    """Of which kinds a message may be one, or may have been before it was changed."""
    of_file = {"image": [Kind.MEDIA], "video": [Kind.MEDIA], "document": [Kind.DOCUMENTS]}
    return [
        *of_file.get(message.type, []),
        *([Kind.LINKS] if was_changed(message) or addresses(message.body) else []),
    ]


def was_changed(message: Message) -> bool:
    return message.edited_at is not None or message.revoked_at is not None


def key_of_month(month: date, zone: ZoneInfo) -> str:
    """Sorted from new to old, the month's name stands right above all that it holds."""
    following = month.replace(year=month.year + month.month // 12, month=month.month % 12 + 1)
    return sort_key(datetime(following.year, following.month, 1, tzinfo=zone), 0)
