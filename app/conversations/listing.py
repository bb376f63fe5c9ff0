"""The rows of the list: one per conversation, the latest activity first."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import accumulate
from typing import Any

from sqlalchemy import (
    BindParameter,
    Boolean,
    ColumnElement,
    ScalarSelect,
    Select,
    Table,
    and_,
    bindparam,
    func,
    or_,
    select,
    tuple_,
)
from sqlalchemy.engine import Row as DatabaseRow
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.models import User
from app.assistant.models import Turn, TurnState
from app.attention import counting
from app.attention.counting import CURSORS
from app.contacts import naming
from app.contacts.models import Contact, Identity, IdentityKind, PossibleDuplicate
from app.conversations import labelling, reacted, writing
from app.conversations.filters import Filter, Show, belonging
from app.conversations.handoff_models import Handoff
from app.conversations.labelling import ShownLabel, carries
from app.conversations.labels import Kind, kind_of
from app.conversations.marked import CONVERSATIONS, MARKS, mark_of
from app.conversations.models import Conversation, Message
from app.conversations.ordering import sort_key
from app.conversations.reacted import Reacted
from app.conversations.seen import Seen, seen_by
from app.conversations.writing import Writing
from app.db import Base, Made, UtcDateTime, made, table_of
from app.media.models import Media
from app.whatsapp.models import Number
from app.whatsapp.user_ids import UserIdKind
from app.whatsapp.user_ids import kind_of as kind_of_id

PAGE = 50
EVERYTHING_HERE = Filter()
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
    labels: Sequence[ShownLabel]
    writers: Sequence[Writing]  # attendants who write an answer at this moment
    twin: "Twin | None" = None
    seconds: float | None = None  # how long the last message lasts, where it is a sound or a film
    reaction: Reacted | None = None  # where it came after the last message

    @property
    def label_ids(self) -> Sequence[int]:
        return [label.id for label in self.labels]

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
class ListPage:
    rows: Sequence[tuple[Row, Seen]]
    older: str | None


async def page(
    session: AsyncSession,
    user: User,
    chosen: Filter = EVERYTHING_HERE,
    before: tuple[datetime, int] | None = None,
    open_id: int | None = None,
) -> ListPage:
    """What is pinned and fifty rows from the latest on, or the fifty after the key `before`, of the chosen list.

    A conversation that was begun and never written to is nobody's business. The one that is open stays among the
    unread ones while it is read.
    """
    asked: dict[str, Any] = {"user": user.id, "keeps": user.keeps_archived, "open": open_id or 0}
    pinned: Sequence[int] = []
    if before is None:
        pinned = (await session.scalars(of_label(PINNED[chosen.show], chosen), asked)).all()
        latest = LATEST[chosen.show]
    else:
        asked |= {"at": before[0], "id": before[1]}
        latest = FURTHER[chosen.show]
    found = (await session.scalars(of_label(latest, chosen), asked)).all()
    shown = [*pinned, *found[:PAGE]]
    rows = await rows_by_id(session, shown)
    seen = await seen_by(session, user, [rows[one].conversation for one in shown])
    pairs = [(rows[one], seen[one]) for one in shown]
    return ListPage(pairs, pairs[-1][0].key if len(found) > PAGE else None)


def of_label(wanted: Select[Any], chosen: Filter) -> Select[Any]:
    return wanted if chosen.label is None else wanted.where(carries(chosen.label))


def held(show: Show) -> Select[Any]:
    """The ids of the conversations that this list holds."""
    user: BindParameter[int] = bindparam("user")
    belongs = belonging(user, bindparam("keeps", type_=Boolean()))[show]
    if show is Show.UNREAD:
        belongs = or_(belongs, CONVERSATIONS.c.id == bindparam("open"))
    return (
        select(CONVERSATIONS.c.id)
        .outerjoin(CURSORS, counting.cursor_of(user))
        .outerjoin(MARKS, mark_of(user))
        .where(
            CONVERSATIONS.c.merged_into_id.is_(None),
            CONVERSATIONS.c.last_message_position.is_not(None),
            belongs,
        )
    )


BY_ACTIVITY = (CONVERSATIONS.c.last_activity_at, CONVERSATIONS.c.id)
AFTER_THE_KEY = tuple_(*BY_ACTIVITY) < tuple_(
    bindparam("at", type_=UtcDateTime()), bindparam("id", type_=CONVERSATIONS.c.id.type)
)


def latest_of(show: Show) -> Select[Any]:
    unpinned = held(show).where(MARKS.c.pinned_at.is_(None))
    return unpinned.order_by(*(column.desc() for column in BY_ACTIVITY)).limit(PAGE + 1)


# Built once, by list. What was pinned first stands first.
PINNED = {
    show: held(show)
    .where(MARKS.c.pinned_at.is_not(None))
    .order_by(MARKS.c.pinned_at, CONVERSATIONS.c.id.desc())
    for show in Show
}
LATEST = {show: latest_of(show) for show in Show}
FURTHER = {show: latest_of(show).where(AFTER_THE_KEY) for show in Show}


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
        labels=labelling.read(found.labels),
        writers=writing.read(found.writers),
        twin=Twin(found.twin_id, found.twin_name or "") if found.twin_id else None,
        seconds=found.seconds,
        reaction=reacted.after(message, found) if message else None,
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
            labelling.labels_of_row().label("labels"),
            writing.writers_of_row().label("writers"),
            wa_id.label("wa_id"),
            bsuid.label("bsuid"),
            twin().label("twin_id"),
            name_of(twin()).label("twin_name"),
            seconds_of(message).label("seconds"),
            *reacted.COLUMNS,
        )
        .select_from(conversation)
        .join(contact, contact.c.id == conversation.c.contact_id)
        .join(number, number.c.id == conversation.c.number_id)
        .outerjoin(message, shown)
        .outerjoin(user, user.c.id == conversation.c.assignee_id)
        .outerjoin(handoff, standing)
        .outerjoin(turn, running)
        .outerjoin(reacted.REACTIONS, reacted.latest_in(conversation))
        .outerjoin(reacted.TARGETS, reacted.its_message(conversation))
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


def seconds_of(message: Table) -> ScalarSelect[Any]:
    media = table_of(Media)
    lasts = select(media.c.duration_seconds).where(media.c.message_id == message.c.id)
    return lasts.correlate(message).scalar_subquery()


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


EVERYTHING = everything()  # built once: every row that is drawn asks it
