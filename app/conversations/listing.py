"""The rows of the list: one per conversation, the latest activity first."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import accumulate
from typing import Any

from sqlalchemy import ColumnElement, ScalarSelect, Select, and_, bindparam, func, select, tuple_
from sqlalchemy.engine import Row as DatabaseRow
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.models import User
from app.assistant.models import Turn, TurnState
from app.attention import counting
from app.attention.models import ReadCursor
from app.contacts import naming
from app.contacts.models import Contact, Identity, IdentityKind, PossibleDuplicate
from app.conversations.labels import Kind, kind_of
from app.conversations.models import Conversation, Draft, Handoff, Message, Mode
from app.conversations.ordering import sort_key
from app.db import Base, Made, made, table_of
from app.whatsapp.models import Number
from app.whatsapp.user_ids import UserIdKind
from app.whatsapp.user_ids import kind_of as kind_of_id

PAGE = 50


MEANINGLESS = (UserIdKind.BSUID, UserIdKind.PARENT_BSUID)


@dataclass(frozen=True)
class Row:
    """A conversation as the list and the header show it, the same for every reader."""

    conversation: Conversation
    name: str
    address: str
    number: Number
    last: Message | None
    kind: Kind | None
    assignee: User | None
    draft_of_claude: str | None  # what it has written so far; None when it is not writing
    handoff: Handoff | None  # why people were called, while they have it
    key: str
    twin: "Twin | None" = None

    @property
    def known_by(self) -> str:
        """The phone or the username, where the name is another; "" for one whom only Meta's id names, which tells
        people nothing."""
        tells = self.address != self.name and kind_of_id(self.address) not in MEANINGLESS
        return self.address if tells else ""


@dataclass(frozen=True)
class Twin:
    """Another contact who may be the same person; people are asked."""

    contact_id: int
    name: str


@dataclass(frozen=True)
class Seen:
    """What only one reader sees of a row: the unread count, their own draft, whether Claude's work is silenced."""

    unread: int = 0
    draft: str = ""
    is_silenced: bool = False


@dataclass(frozen=True)
class ListPage:
    rows: Sequence[tuple[Row, Seen]]
    older: str | None


async def page(session: AsyncSession, user: User, before: tuple[datetime, int] | None = None) -> ListPage:
    """Fifty rows from the latest on, or those after the key `before`. A conversation that was begun and never written
    to is nobody's business."""
    wanted = select(Conversation).where(
        Conversation.merged_into_id.is_(None), Conversation.last_message_position.is_not(None)
    )
    if before is not None:
        wanted = wanted.where(tuple_(Conversation.last_activity_at, Conversation.id) < before)
    latest_first = wanted.order_by(Conversation.last_activity_at.desc(), Conversation.id.desc()).limit(
        PAGE + 1
    )
    found = (await session.scalars(latest_first)).all()
    shown = found[:PAGE]
    rows = await rows_by_id(session, [conversation.id for conversation in shown])
    seen = await seen_by(session, user, shown)
    pairs = [(rows[conversation.id], seen[conversation.id]) for conversation in shown]
    return ListPage(pairs, pairs[-1][0].key if len(found) > PAGE else None)


async def rows_by_id(session: AsyncSession, conversation_ids: Sequence[int]) -> dict[int, Row]:
    """The shared part of each row, by conversation id, in one query."""
    found = await session.execute(EVERYTHING, {"ids": list(conversation_ids)})
    rows = [row_of(one) for one in found]
    return {row.conversation.id: row for row in rows}


def row_of(found: DatabaseRow[Any]) -> Row:
    conversation, contact = part(found, Conversation), part(found, Contact)
    address = naming.address_of(found.wa_id, contact.username, found.bsuid)
    message = maybe(Message, found)
    return Row(
        conversation=conversation,
        name=contact.book_name or contact.name or address,
        address=address,
        number=part(found, Number),
        last=message,
        kind=kind_of(message) if message else None,
        assignee=maybe(User, found),
        draft_of_claude=found.draft,
        handoff=maybe(Handoff, found),
        key=sort_key(conversation.last_activity_at, conversation.id),
        twin=Twin(found.twin_id, found.twin_name or "") if found.twin_id else None,
    )


# In this order in a row of `EVERYTHING`.
SHOWN: tuple[type[Base], ...] = (Conversation, Contact, Number, Message, User, Handoff)
NAMES = {model: [column.name for column in table_of(model).columns] for model in SHOWN}
STARTS = dict(zip(SHOWN, accumulate((len(NAMES[model]) for model in SHOWN), initial=0), strict=False))


def part(found: DatabaseRow[Any], model: type[Made]) -> Made:
    """The columns of one table in a row of `EVERYTHING`, as its model."""
    start, names = STARTS[model], NAMES[model]
    return made(model, dict(zip(names, found[start : start + len(names)], strict=True)))


def maybe(model: type[Made], found: DatabaseRow[Any]) -> Made | None:
    return None if found[STARTS[model]] is None else part(found, model)  # its id comes first


def everything() -> Select[Any]:
    """A conversation with all that its row shows: contact, number, last message, assignee, running turn, and the
    hand-over that stands, if one does: first the columns of `SHOWN`, then what is named."""
    tables = [table_of(model) for model in SHOWN]
    (conversation, contact, number, message, user, handoff), turn = tables, table_of(Turn)
    shown = and_(
        message.c.conversation_id == conversation.c.id,
        message.c.position == conversation.c.last_message_position,
    )
    running = and_(turn.c.conversation_id == conversation.c.id, turn.c.state == TurnState.RUNNING)
    standing = and_(handoff.c.conversation_id == conversation.c.id, handoff.c.settled_at.is_(None))
    columns = [column for table in tables for column in table.columns]
    wa_id, bsuid = identity_of(IdentityKind.WA_ID), identity_of(IdentityKind.BSUID)
    return (
        select(
            *columns,
            turn.c.draft.label("draft"),
            wa_id.label("wa_id"),
            bsuid.label("bsuid"),
            twin().label("twin_id"),
            name_of(twin()).label("twin_name"),
        )
        .select_from(conversation)
        .join(contact, contact.c.id == conversation.c.contact_id)
        .join(number, number.c.id == conversation.c.number_id)
        .outerjoin(message, shown)
        .outerjoin(user, user.c.id == conversation.c.assignee_id)
        .outerjoin(handoff, standing)
        .outerjoin(turn, running)
        .where(conversation.c.id.in_(bindparam("ids", expanding=True)))
    )


def identity_of(kind: IdentityKind) -> ScalarSelect[Any]:
    """The contact's current identity of this kind, the newest one."""
    identity, conversation = table_of(Identity), table_of(Conversation)
    current = select(identity.c.value).where(
        identity.c.contact_id == conversation.c.contact_id,
        identity.c.kind == kind,
        identity.c.superseded_at.is_(None),
    )
    return current.order_by(identity.c.id.desc()).limit(1).correlate(conversation).scalar_subquery()


def twin() -> ColumnElement[Any]:
    """A contact of whom people are asked whether it is the same person."""
    pair, contact_id = table_of(PossibleDuplicate), table_of(Conversation).c.contact_id
    sides = [
        select(func.min(other))
        .where(one == contact_id, pair.c.dismissed_at.is_(None))
        .correlate(contact_id.table)
        .scalar_subquery()
        for one, other in ((pair.c.first_id, pair.c.second_id), (pair.c.second_id, pair.c.first_id))
    ]
    return func.coalesce(*sides)


def name_of(contact_id: ColumnElement[Any]) -> ScalarSelect[Any]:
    contact = table_of(Contact).alias("named")
    return (
        select(func.coalesce(contact.c.book_name, contact.c.name))
        .where(contact.c.id == contact_id)
        .scalar_subquery()
    )


CONVERSATIONS, CURSORS, DRAFTS = table_of(Conversation), table_of(ReadCursor), table_of(Draft)
USERS = table_of(User)
EVERYTHING = everything()  # built once: every row that is drawn asks it

SEEN = (
    select(CONVERSATIONS.c.id, counting.unread_count(), DRAFTS.c.text)
    .outerjoin(CURSORS, counting.cursor_of(bindparam("user")))
    .outerjoin(
        DRAFTS, and_(DRAFTS.c.user_id == bindparam("user"), DRAFTS.c.conversation_id == CONVERSATIONS.c.id)
    )
    .where(CONVERSATIONS.c.id.in_(bindparam("ids", expanding=True)))
)


async def seen_by(
    session: AsyncSession, user: User, conversations: Sequence[Conversation]
) -> dict[int, Seen]:
    """One reader's part of each row, by conversation id."""
    theirs = {"user": user.id, "ids": [conversation.id for conversation in conversations]}
    unread, drafts = {}, {}
    for conversation_id, count, text in await session.execute(SEEN, theirs):
        unread[conversation_id], drafts[conversation_id] = count, text
    return {
        conversation.id: seen_of(user, conversation, unread[conversation.id], drafts[conversation.id])
        for conversation in conversations
    }


def seen_of(user: User, conversation: Conversation, unread: int, draft: str | None) -> Seen:
    is_silenced = user.silences_claude and conversation.mode == Mode.CLAUDE
    return Seen(unread=unread, draft=draft or "", is_silenced=is_silenced)


SEEN_BY_ALL = (
    select(USERS.c.id, counting.unread_count(), DRAFTS.c.text)
    .select_from(USERS.join(CONVERSATIONS, CONVERSATIONS.c.id == bindparam("conversation")))
    .outerjoin(CURSORS, counting.CURSOR_OF_EACH)
    .outerjoin(DRAFTS, and_(DRAFTS.c.user_id == USERS.c.id, DRAFTS.c.conversation_id == CONVERSATIONS.c.id))
    .where(USERS.c.id.in_(bindparam("users", expanding=True)))
)


async def seen_by_all(
    session: AsyncSession, user_ids: Sequence[int], conversation_id: int
) -> dict[int, tuple[int, str | None]]:
    """How much of one conversation is unread, and what was typed there, by user."""
    theirs = {"users": user_ids, "conversation": conversation_id}
    return {user: (count, text) for user, count, text in await session.execute(SEEN_BY_ALL, theirs)}
