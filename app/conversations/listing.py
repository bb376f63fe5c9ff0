"""The rows of the list: one per conversation, the latest activity first."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ScalarSelect, Select, and_, bindparam, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.models import User
from app.assistant.models import Turn, TurnState
from app.attention import counting
from app.attention.models import ReadCursor
from app.contacts import naming
from app.contacts.models import Contact, Identity, IdentityKind
from app.conversations.labels import kind_of
from app.conversations.models import Conversation, Draft, Handoff, Message, Mode
from app.conversations.ordering import sort_key
from app.whatsapp.models import Number

PAGE = 50


@dataclass(frozen=True)
class Row:
    """A conversation as the list and the header show it, the same for every reader."""

    conversation: Conversation
    name: str
    address: str
    number: Number
    last: Message | None
    kind: tuple[str, str] | None
    assignee: User | None
    draft_of_claude: str | None  # what it has written so far; None when it is not writing
    handoff: Handoff | None  # why people were called, while they have it
    key: str


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
    """Fifty rows from the latest on, or those after the key `before`."""
    wanted = select(Conversation)
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
    rows = {}
    for one in found:
        address = naming.address_of(one.wa_id, one.Contact.username, one.bsuid)
        rows[one.Conversation.id] = Row(
            conversation=one.Conversation,
            name=one.Contact.name or address,
            address=address,
            number=one.Number,
            last=one.Message,
            kind=kind_of(one.Message) if one.Message else None,
            assignee=one.User,
            draft_of_claude=one.draft,
            handoff=one.Handoff,
            key=sort_key(one.Conversation.last_activity_at, one.Conversation.id),
        )
    return rows


def everything() -> Select[Any]:
    """A conversation with all that its row shows: contact, number, last message, assignee, running turn, and the
    hand-over that stands, if one does."""
    standing = and_(Handoff.conversation_id == Conversation.id, Handoff.settled_at.is_(None))
    shown = and_(
        Message.conversation_id == Conversation.id, Message.position == Conversation.last_message_position
    )
    running = and_(Turn.conversation_id == Conversation.id, Turn.state == TurnState.RUNNING)
    return (
        select(
            Conversation,
            Contact,
            Number,
            Message,
            User,
            Handoff,
            Turn.draft,
            identity_of(IdentityKind.WA_ID).label("wa_id"),
            identity_of(IdentityKind.BSUID).label("bsuid"),
        )
        .join(Contact, Contact.id == Conversation.contact_id)
        .join(Number, Number.id == Conversation.number_id)
        .outerjoin(Message, shown)
        .outerjoin(User, User.id == Conversation.assignee_id)
        .outerjoin(Handoff, standing)
        .outerjoin(Turn, running)
        .where(Conversation.id.in_(bindparam("ids", expanding=True)))
    )


def identity_of(kind: IdentityKind) -> ScalarSelect[Any]:
    """The contact's current identity of this kind, the newest one."""
    current = select(Identity.value).where(
        Identity.contact_id == Conversation.contact_id,
        Identity.kind == kind,
        Identity.superseded_at.is_(None),
    )
    return current.order_by(Identity.id.desc()).limit(1).scalar_subquery()


EVERYTHING = everything()  # built once: every row that is drawn asks it

SEEN = (
    select(Conversation.id, counting.unread_count(), Draft.text)
    .outerjoin(ReadCursor, counting.cursor_of(bindparam("user")))
    .outerjoin(Draft, and_(Draft.user_id == bindparam("user"), Draft.conversation_id == Conversation.id))
    .where(Conversation.id.in_(bindparam("ids", expanding=True)))
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
        conversation.id: Seen(
            unread=unread[conversation.id],
            draft=drafts[conversation.id] or "",
            is_silenced=user.silences_claude and conversation.mode == Mode.CLAUDE,
        )
        for conversation in conversations
    }
