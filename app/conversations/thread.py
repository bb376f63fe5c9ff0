"""A conversation's bubbles, each with what it shows."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import ScalarSelect, bindparam, func, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from app.conversations import albums, wordings
from app.conversations.labels import Kind, kind_of
from app.conversations.models import Author, Direction, Message, Reaction, Wording
from app.conversations.ordering import key_of
from app.conversations.problems import Problem, problems_of
from app.conversations.quotes import Quote, author_names, quotes_in
from app.conversations.shown_content import Content, content_of
from app.db import UtcDateTime, made, table_of
from app.media import showing
from app.outbox import holding
from app.outbox.holding import Recall
from app.transcribing import showing as transcripts

MOST_ANSWERS = 50  # of one message, drawn anew at once
COLOURS = 10


@dataclass(frozen=True)
class Reacted:
    """An emoji on a message: the contact's, or the business's own."""

    emoji: str
    by_us: bool


@dataclass(frozen=True)
class Bubble:
    """One message as it is drawn. `day` is the business's calendar day; `starts_run` gives it the tail and the name."""

    message: Message
    key: str
    day: date
    starts_run: bool
    author_name: str | None
    author_colour: int
    reactions: Sequence[Reacted]
    quote: Quote | None
    problem: Problem | None
    kind: Kind | None
    content: Content | None
    media: showing.Shown | None
    transcript: transcripts.Shown | None
    earlier: Sequence[Wording]
    tile: albums.Tile | None
    is_below_picture: bool
    recall: Recall | None = None  # while its writer can still take it back


async def first_written_at(session: AsyncSession, conversation_id: int) -> datetime | None:
    """When the customer wrote for the first time; None where only the business has."""
    theirs = select(Message.sent_at).where(
        Message.conversation_id == conversation_id, Message.direction == Direction.IN
    )
    return (await session.scalars(theirs.order_by(Message.sent_at, Message.position).limit(1))).one_or_none()


# Built once: every bubble that is drawn live asks them.
MESSAGES, REACTIONS = table_of(Message), table_of(Reaction)
ONE = select(MESSAGES).where(MESSAGES.c.id == bindparam("message"))


def next_to(*, later: bool) -> ScalarSelect[int]:
    """The message just above or below the place (`sent_at`, `position`) in its thread."""
    place = tuple_(MESSAGES.c.sent_at, MESSAGES.c.position)
    here = tuple_(bindparam("sent_at", type_=UtcDateTime()), bindparam("position"))
    order = [column if later else column.desc() for column in (MESSAGES.c.sent_at, MESSAGES.c.position)]
    thread = select(MESSAGES.c.id).where(MESSAGES.c.conversation_id == bindparam("conversation"))
    beside = thread.where(place > here if later else place < here)
    return beside.order_by(*order).limit(1).correlate(None).scalar_subquery()


BESIDE = select(MESSAGES).where(MESSAGES.c.id.in_([next_to(later=False), next_to(later=True)]))


async def around(session: AsyncSession, message_id: int, zone: ZoneInfo) -> list[Bubble]:
    """A message as it is drawn, and the one below it, whose tail or name may depend on it. Empty when it is gone."""
    row = (await session.execute(ONE, {"message": message_id})).mappings().one_or_none()
    if row is None:
        return []
    message = made(Message, row)
    here = (message.sent_at, message.position)
    place = {"sent_at": here[0], "position": here[1], "conversation": message.conversation_id}
    neighbours = [made(Message, one) for one in (await session.execute(BESIDE, place)).mappings()]
    earlier = next((one for one in neighbours if (one.sent_at, one.position) < here), None)
    later = [one for one in neighbours if (one.sent_at, one.position) > here]
    return await draw(session, [message, *later], earlier, zone)


async def day_left_empty(
    session: AsyncSession, conversation_id: int, day: date, zone: ZoneInfo
) -> date | None:
    """`day`, when nothing later than the day before stands in the thread any more: then its chip has to go, too."""
    newest = select(func.max(Message.sent_at)).where(Message.conversation_id == conversation_id)
    at = (await session.execute(newest)).scalar_one()
    return day if at is None or at.astimezone(zone).date() < day else None


async def same_album(session: AsyncSession, bubbles: Sequence[Bubble], zone: ZoneInfo) -> list[Bubble]:
    """The pictures round a message (`bubbles` as `around` gives them) whose album it joined, parted or left."""
    if not bubbles[0].is_below_picture and not any(albums.may_be_tile(one.message) for one in bubbles):
        return []
    pictures = await albums.round_about(session, bubbles[0].message, zone)
    drawn = [await around(session, one.id, zone) for one in pictures]
    return [found[0] for found in drawn if found]


async def quoting(session: AsyncSession, message: Message, zone: ZoneInfo) -> list[Bubble]:
    """The messages that answer this one, each as it is drawn; rarely more than one or two."""
    theirs = select(Message.id).where(
        Message.conversation_id == message.conversation_id,
        Message.sent_at >= message.sent_at,
        Message.reply_to_wamid.is_not(None),
        Message.reply_to_wamid == message.wamid,
    )
    answers = (
        await session.scalars(theirs.order_by(Message.sent_at, Message.position).limit(MOST_ANSWERS))
    ).all()
    drawn = [await around(session, answer, zone) for answer in answers]
    return [bubbles[0] for bubbles in drawn if bubbles]


async def draw(
    session: AsyncSession, messages: Sequence[Message], earlier: Message | None, zone: ZoneInfo
) -> list[Bubble]:
    """Bubbles for consecutive messages, `earlier` being the one above the first; a fixed number of queries."""
    names = await author_names(session, messages)
    reactions = await reactions_to(session, messages)
    quotes = await quotes_in(session, messages)
    problems = await problems_of(session, messages)
    media = await showing.shown_with(session, messages)
    spoken = await transcripts.shown_with(session, messages)
    recalls = await holding.possible(session, messages)
    tiles = await albums.tiles(session, messages, zone)
    earlier_wordings = await wordings.earlier_of(session, messages)
    bubbles = []
    for message in messages:
        bubbles.append(
            Bubble(
                message=message,
                key=key_of(message),
                day=message.sent_at.astimezone(zone).date(),
                starts_run=starts_run(message, earlier, zone),
                author_name=names.get(message.user_id) if message.author == Author.USER else None,
                author_colour=(message.user_id or 0) % COLOURS,
                reactions=reactions.get(message.wamid or "", ()),
                quote=quotes.get(message.reply_to_wamid or ""),
                problem=problems.get(message.id),
                kind=kind_of(message),
                content=content_of(message),
                media=media.get(message.id),
                transcript=spoken.get(message.id),
                earlier=earlier_wordings.get(message.id, ()),
                tile=tiles.get(message.id),
                recall=recalls.get(message.id),
                is_below_picture=earlier is not None and albums.may_be_tile(earlier),
            )
        )
        earlier = message
    return bubbles


def starts_run(message: Message, above: Message | None, zone: ZoneInfo) -> bool:
    """Whether a bubble opens a run: another author, or another day, than the one above it."""
    if above is None:
        return True
    same_author = (above.direction, above.author, above.user_id) == (
        message.direction,
        message.author,
        message.user_id,
    )
    return not same_author or above.sent_at.astimezone(zone).date() != message.sent_at.astimezone(zone).date()


STANDING = (
    select(*REACTIONS.c["target_wamid", "by_us", "emoji"])
    .where(
        REACTIONS.c.target_wamid.in_(bindparam("wamids", expanding=True)),
        REACTIONS.c.number_id == bindparam("number"),
        REACTIONS.c.error_code.is_(None),
    )
    .order_by(REACTIONS.c.by_us, REACTIONS.c.reacted_at, REACTIONS.c.id)
)


async def reactions_to(session: AsyncSession, messages: Sequence[Message]) -> dict[str, list[Reacted]]:
    """The emoji on each message, by wamid: the contact's, then ours. Of two, as two contacts that were one for a while
    may have left them, the newer one stands."""
    wamids = [message.wamid for message in messages if message.wamid]
    if not wamids:
        return {}
    rows = await session.execute(STANDING, {"wamids": wamids, "number": messages[0].number_id})
    newest = {(wamid, by_us): emoji for wamid, by_us, emoji in rows}
    found: dict[str, list[Reacted]] = {}
    for (wamid, by_us), emoji in newest.items():
        if emoji:
            found.setdefault(wamid, []).append(Reacted(emoji, by_us))
    return found
