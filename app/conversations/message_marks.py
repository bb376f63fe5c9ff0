"""What one attendant makes of single messages: stars, and what they have deleted for themselves. Nobody else notices."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from sqlalchemy import ColumnElement, Select, Table, bindparam, delete, literal, select, union_all
from sqlalchemy.ext.asyncio import AsyncSession

from app import clock
from app.accounts.models import User
from app.conversations.models import Conversation, HiddenMessage, Message, StarredMessage
from app.db import insert_if_new, table_of
from app.errors import Invalid, NotFound
from app.i18n import N_
from app.live.events import Change, EventKind, announce

MOST_AT_ONCE = 100
STARRED, HIDDEN = table_of(StarredMessage), table_of(HiddenMessage)


@dataclass(frozen=True)
class Marks:
    """Ids of messages."""

    starred: frozenset[int] = frozenset()
    hidden: frozenset[int] = frozenset()


def standing(table: Table, *, is_star: bool) -> Select[Any]:
    these = table.c.message_id.in_(bindparam("messages", expanding=True))
    return select(literal(is_star).label("is_star"), table.c.message_id).where(
        table.c.user_id == bindparam("user"), these
    )


MARKS = union_all(standing(STARRED, is_star=True), standing(HIDDEN, is_star=False))


async def marks_on(session: AsyncSession, user_id: int, messages: Collection[int]) -> Marks:
    """Which of these messages the attendant has starred, and which deleted for themselves."""
    if not messages:
        return Marks()
    found = (await session.execute(MARKS, {"user": user_id, "messages": list(messages)})).all()
    return Marks(
        frozenset(message for is_star, message in found if is_star),
        frozenset(message for is_star, message in found if not is_star),
    )


class Verb(Protocol):
    """`star` or `hide`."""

    async def __call__(
        self,
        session: AsyncSession,
        by: User,
        conversation: Conversation,
        messages: Sequence[int],
        *,
        on: bool,
    ) -> None: ...


def shown_to(user_id: int) -> ColumnElement[bool]:
    """What a query of messages asks for to leave out those that the attendant has deleted for themselves."""
    theirs = select(HiddenMessage.message_id).where(HiddenMessage.user_id == user_id)
    return Message.id.not_in(theirs)


async def star(
    session: AsyncSession, by: User, conversation: Conversation, messages: Sequence[int], *, on: bool
) -> None:
    """Raises NotFound for a message of another thread, Invalid for too many."""
    await mark(session, StarredMessage, by, conversation, messages, on=on)


async def hide(
    session: AsyncSession, by: User, conversation: Conversation, messages: Sequence[int], *, on: bool
) -> None:
    """Delete for this attendant alone; `on` false: take that back. Raises NotFound for a message of another thread, Invalid for
    too many."""
    await mark(session, HiddenMessage, by, conversation, messages, on=on)


async def mark(
    session: AsyncSession,
    model: type[StarredMessage] | type[HiddenMessage],
    by: User,
    conversation: Conversation,
    messages: Sequence[int],
    *,
    on: bool,
) -> None:
    if len(messages) > MOST_AT_ONCE:
        raise Invalid(N_("Choose at most 100 messages."), field="message")
    asked = set(messages)
    here = select(Message.id).where(Message.id.in_(asked), Message.conversation_id == conversation.id)
    if not asked or set((await session.scalars(here)).all()) != asked:
        raise NotFound
    for message in sorted(asked):
        mine = {"user_id": by.id, "message_id": message}
        if on:
            await insert_if_new(session, model, {**mine, "marked_at": clock.now()}, unique=list(mine))
        else:
            await session.execute(delete(model).where(model.user_id == by.id, model.message_id == message))
        announce(session, Change(EventKind.MESSAGE_MARKED, conversation.id, message, by.id))
