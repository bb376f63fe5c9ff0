"""Looking for messages: the newest first, in one conversation or in all that somebody may see."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Select, and_, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.models import User
from app.attention.models import ReadCursor
from app.conversations import message_marks
from app.conversations.access import can_see
from app.conversations.models import Conversation, Message
from app.db import made, table_of
from app.search import index
from app.search.excerpt import Piece, excerpt
from app.search.message_text import MESSAGES, said_in
from app.search.question import Kind, Question
from app.search.words import Term, Terms, marked
from app.transcribing.showing import said_aloud
from app.whatsapp.markup import plain

PAGE = 20
MOST_UNREAD = 500  # conversations with something unread in which it is looked for

CONVERSATIONS, CURSORS = table_of(Conversation), table_of(ReadCursor)


@dataclass(frozen=True)
class Hit:
    """A message that was found. `pieces`: the line of it that is shown, [] where it says nothing."""

    message: Message
    pieces: Sequence[Piece]


@dataclass(frozen=True)
class Hits:
    """`older`: the message before which the next page begins, None at the end."""

    hits: Sequence[Hit] = ()
    older: int | None = None


async def find(
    session: AsyncSession,
    reader: User,
    question: Question,
    zone: ZoneInfo,
    *,
    conversation_id: int | None = None,
    before: int | None = None,
) -> Hits:
    """A page of what this attendant may see of it, the newest first as it was stored. `before`: a message's id."""
    if question.is_empty:
        return Hits()
    terms = question.terms(reader, zone, conversation_id)
    if question.kind is Kind.UNREAD:
        unread = await conversations_with_unread(session, reader)
        if not unread:
            return Hits()
        terms = [*terms, [Term(marked("c", one)) for one in unread]]
    statement = narrowed(looked_up(session, terms, before), question, zone, reader)
    found = [made(Message, row) for row in (await session.execute(statement)).mappings()]
    older = found[PAGE - 1].id if len(found) > PAGE else None
    seen = [message for message in found[:PAGE] if can_see(reader, message.conversation_id)]
    spoken = await said_aloud(session, seen)
    return Hits([hit(message, question, spoken.get(message.id, "")) for message in seen], older)


def looked_up(session: AsyncSession, terms: Terms, before: int | None = None) -> Select[Any]:
    matching = index.matching(session, MESSAGES, terms, before)
    found = select(*MESSAGES.columns).join(matching, matching.c.id == MESSAGES.c.id)
    return found.order_by(matching.c.id.desc()).limit(PAGE + 1)


def narrowed(found: Select[Any], question: Question, zone: ZoneInfo, reader: User) -> Select[Any]:
    """What the words alone cannot tell: the hour, what this attendant has read, and what they deleted for themselves."""
    found = found.where(message_marks.shown_to(reader.id))
    since, until = question.span(zone)
    if since is not None:
        found = found.where(MESSAGES.c.sent_at >= since)
    if until is not None:
        found = found.where(MESSAGES.c.sent_at < until)
    if question.kind is Kind.UNREAD:
        mine = and_(CURSORS.c.conversation_id == MESSAGES.c.conversation_id, CURSORS.c.user_id == reader.id)
        found = found.outerjoin(CURSORS, mine)
        found = found.where(MESSAGES.c.position > func.coalesce(CURSORS.c.position, 0))
    return found


async def conversations_with_unread(session: AsyncSession, reader: User) -> list[int]:
    """Those of the latest activity."""
    mine = and_(CURSORS.c.conversation_id == CONVERSATIONS.c.id, CURSORS.c.user_id == reader.id)
    unread = (
        select(CONVERSATIONS.c.id)
        .outerjoin(CURSORS, mine)
        .where(CONVERSATIONS.c.last_inbound_position > func.coalesce(CURSORS.c.position, 0))
        .order_by(CONVERSATIONS.c.last_activity_at.desc())
        .limit(MOST_UNREAD)
    )
    return list((await session.scalars(unread)).all())


def hit(message: Message, question: Question, spoken: str = "") -> Hit:
    said = [plain(part) for part in said_in(message)]
    return Hit(message, excerpt(" · ".join([*said, spoken] if spoken else said), question.words))
