"""The rows of the list: one per conversation, the latest activity first."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from sqlalchemy import select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.models import User
from app.assistant.models import Turn, TurnState
from app.attention import counting
from app.contacts import naming
from app.contacts.models import Contact
from app.conversations import drafts
from app.conversations.labels import kind_of
from app.conversations.models import Conversation, Handoff, Message, Mode
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
    rows = await rows_of(session, shown)
    seen = await seen_by(session, user, shown)
    pairs = [(rows[conversation.id], seen[conversation.id]) for conversation in shown]
    return ListPage(pairs, pairs[-1][0].key if len(found) > PAGE else None)


async def rows_by_id(session: AsyncSession, conversation_ids: Sequence[int]) -> dict[int, Row]:
    wanted = select(Conversation).where(Conversation.id.in_(conversation_ids))
    return await rows_of(session, (await session.scalars(wanted)).all())


async def rows_of(session: AsyncSession, conversations: Sequence[Conversation]) -> dict[int, Row]:
    """The shared part of each row, by conversation id; a fixed number of queries."""
    if not conversations:
        return {}
    last = await by_id(session, Message, [conversation.last_message_id for conversation in conversations])
    contacts = await by_id(session, Contact, [conversation.contact_id for conversation in conversations])
    numbers = await by_id(session, Number, [conversation.number_id for conversation in conversations])
    assignees = await by_id(session, User, [conversation.assignee_id for conversation in conversations])
    addresses = await naming.addresses(session, contacts.values())
    writing = await claude_writing(session, [conversation.id for conversation in conversations])
    handoffs = await standing_handoffs(session, conversations)
    rows = {}
    for conversation in conversations:
        contact = contacts[conversation.contact_id]
        message = last.get(conversation.last_message_id)
        rows[conversation.id] = Row(
            conversation=conversation,
            name=contact.name or addresses[contact.id],
            address=addresses[contact.id],
            number=numbers[conversation.number_id],
            last=message,
            kind=kind_of(message) if message else None,
            assignee=assignees.get(conversation.assignee_id),
            draft_of_claude=writing.get(conversation.id),
            handoff=handoffs.get(conversation.id),
            key=sort_key(conversation.last_activity_at, conversation.id),
        )
    return rows


Thing = TypeVar("Thing", Message, Contact, Number, User)


async def by_id(
    session: AsyncSession, model: type[Thing], ids: Sequence[int | None]
) -> dict[int | None, Thing]:
    wanted = {one for one in ids if one is not None}
    if not wanted:
        return {}
    return {thing.id: thing for thing in await session.scalars(select(model).where(model.id.in_(wanted)))}


async def claude_writing(session: AsyncSession, conversation_ids: Sequence[int]) -> dict[int, str]:
    """The growing drafts of running turns, by conversation id."""
    running = select(Turn.conversation_id, Turn.draft).where(
        Turn.conversation_id.in_(conversation_ids), Turn.state == TurnState.RUNNING
    )
    return {conversation_id: draft for conversation_id, draft in await session.execute(running)}


async def standing_handoffs(
    session: AsyncSession, conversations: Sequence[Conversation]
) -> dict[int, Handoff]:
    """The newest hand-over of each conversation that people have and nobody has taken yet."""
    waiting = [
        conversation.id
        for conversation in conversations
        if conversation.mode == Mode.PERSON and conversation.assignee_id is None
    ]
    if not waiting:
        return {}
    noted = select(Handoff).where(Handoff.conversation_id.in_(waiting)).order_by(Handoff.id)
    return {handoff.conversation_id: handoff for handoff in await session.scalars(noted)}


async def seen_by(
    session: AsyncSession, user: User, conversations: Sequence[Conversation]
) -> dict[int, Seen]:
    """One reader's part of each row, by conversation id."""
    ids = [conversation.id for conversation in conversations]
    unread = await counting.unread(session, user.id, ids)
    typed = await drafts.drafts_of(session, user.id, ids)
    return {
        conversation.id: Seen(
            unread=unread[conversation.id],
            draft=typed.get(conversation.id, ""),
            is_silenced=user.silences_claude and conversation.mode == Mode.CLAUDE,
        )
        for conversation in conversations
    }
