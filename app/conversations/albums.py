"""Pictures that were sent together: each is a message of its own, but they are laid out as one album."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import bindparam, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from app.conversations.models import Message
from app.db import UtcDateTime, made, table_of

TYPES = frozenset({"image", "video"})
TOGETHER = timedelta(minutes=1)  # from one to the next
SHOWN = 4
REACH = 60  # messages to either side: no phone sends more at once


@dataclass(frozen=True)
class Tile:
    """The place of a picture in its album, counted from 1, of `size` in all; four are shown."""

    place: int
    size: int

    @property
    def is_wide(self) -> bool:
        """The last one, where nothing stands beside it."""
        return self.place == self.size and self.place % 2 == 1

    @property
    def hidden(self) -> int:
        """How many more the fourth tile stands for."""
        return self.size - SHOWN if self.place == SHOWN else 0


def may_be_tile(message: Message) -> bool:
    """Whether it is a picture that says nothing, answers nothing and is still there."""
    is_bare = not (message.body or message.reply_to_wamid or message.beside)
    return message.type in TYPES and is_bare and message.revoked_at is None


def belong_together(above: Message, below: Message, zone: ZoneInfo) -> bool:
    """Whether two neighbours of a thread stand in one album."""
    if not (may_be_tile(above) and may_be_tile(below)) or below.sent_at - above.sent_at > TOGETHER:
        return False
    return author_of(above) == author_of(below) and day_of(above, zone) == day_of(below, zone)


def author_of(message: Message) -> tuple[object, ...]:
    return message.direction, message.author, message.user_id


def day_of(message: Message, zone: ZoneInfo) -> object:
    return message.sent_at.astimezone(zone).date()


def albums_in(messages: Sequence[Message], zone: ZoneInfo) -> list[list[Message]]:
    """Consecutive messages of a thread, parted where one does not belong to the one above it."""
    parts: list[list[Message]] = []
    for message in messages:
        if parts and belong_together(parts[-1][-1], message, zone):
            parts[-1].append(message)
        else:
            parts.append([message])
    return parts


MESSAGES = table_of(Message)
PLACE = tuple_(MESSAGES.c.sent_at, MESSAGES.c.position)
HERE = tuple_(bindparam("sent_at", type_=UtcDateTime()), bindparam("position"))
THREAD = select(MESSAGES).where(MESSAGES.c.conversation_id == bindparam("conversation")).limit(REACH)
ABOVE = THREAD.where(PLACE < HERE).order_by(MESSAGES.c.sent_at.desc(), MESSAGES.c.position.desc())
BELOW = THREAD.where(PLACE > HERE).order_by(MESSAGES.c.sent_at, MESSAGES.c.position)


async def tiles(session: AsyncSession, messages: Sequence[Message], zone: ZoneInfo) -> dict[int, Tile]:
    """The tiles among consecutive messages, by message id; looks beyond their ends where an album may go on."""
    if not any(map(may_be_tile, messages)):
        return {}
    thread = [*await above(session, messages[0]), *messages, *await below(session, messages[-1])]
    albums = (album for album in albums_in(thread, zone) if len(album) > 1)
    return {one.id: Tile(place, len(album)) for album in albums for place, one in enumerate(album, start=1)}


async def round_about(session: AsyncSession, message: Message, zone: ZoneInfo) -> list[Message]:
    """The pictures just above and below a message that look different for it: above, those that are shown and the last."""
    upper = albums_in((await nearest(session, message, above=True))[::-1], zone)[-1:]
    lower = albums_in(await nearest(session, message, above=False), zone)[:1]
    return [one for album in upper for one in (*album[:SHOWN], *album[SHOWN:][-1:]) if may_be_tile(one)] + [
        one for album in lower for one in album if may_be_tile(one)
    ]


async def above(session: AsyncSession, message: Message) -> list[Message]:
    return (await nearest(session, message, above=True))[::-1] if may_be_tile(message) else []


async def below(session: AsyncSession, message: Message) -> list[Message]:
    return await nearest(session, message, above=False) if may_be_tile(message) else []


async def nearest(session: AsyncSession, message: Message, *, above: bool) -> list[Message]:
    """The neighbours to one side, the nearest first."""
    place = {
        "sent_at": message.sent_at,
        "position": message.position,
        "conversation": message.conversation_id,
    }
    found = await session.execute(ABOVE if above else BELOW, place)
    return [made(Message, one) for one in found.mappings()]
