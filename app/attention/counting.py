"""What is unread, per attendant: the badge of a row and the number in the title."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import BindParameter, ColumnElement, and_, bindparam, case, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.models import User
from app.attention.models import ReadCursor
from app.conversations.models import Conversation, Mode
from app.db import table_of

CONVERSATIONS, CURSORS = table_of(Conversation), table_of(ReadCursor)


def unread_count() -> ColumnElement[int]:
    """How many inbound messages of a conversation lie behind the joined cursor."""
    return CONVERSATIONS.c.inbound_count - func.coalesce(CURSORS.c.inbound_seen, 0)


def cursor_of(user_id: int | BindParameter[int]) -> ColumnElement[bool]:
    return and_(CURSORS.c.conversation_id == CONVERSATIONS.c.id, CURSORS.c.user_id == user_id)


# Built once: every change of anything unread asks it. Claude's conversations count unless they are silenced.
TO_LOOK_AT = (
    select(func.count())
    .select_from(CONVERSATIONS)
    .outerjoin(CURSORS, cursor_of(bindparam("user")))
    .where(
        CONVERSATIONS.c.last_inbound_position > func.coalesce(CURSORS.c.position, 0),
        or_(CONVERSATIONS.c.assignee_id.is_(None), CONVERSATIONS.c.assignee_id == bindparam("user")),
    )
)
TO_LOOK_AT_WITHOUT_CLAUDES = TO_LOOK_AT.where(CONVERSATIONS.c.mode != Mode.CLAUDE)


async def conversations_to_look_at(session: AsyncSession, user: User) -> int:
    """The N of `(N) Recado`: conversations with something unread that are this attendant's or nobody's.

    Those that Claude is handling count too, unless the attendant silenced them.
    """
    counted = TO_LOOK_AT_WITHOUT_CLAUDES if user.silences_claude else TO_LOOK_AT
    return (await session.execute(counted, {"user": user.id})).scalar_one()


@dataclass(frozen=True)
class ToLookAt:
    """Conversations that want one attendant: all of them, and those that Claude is not handling."""

    all: int = 0
    not_claudes: int = 0

    def of(self, user: User) -> int:
        return self.not_claudes if user.silences_claude else self.all


USERS = table_of(User)
CURSOR_OF_EACH = and_(CURSORS.c.conversation_id == CONVERSATIONS.c.id, CURSORS.c.user_id == USERS.c.id)
TO_LOOK_AT_BY_ALL = (
    select(USERS.c.id, func.count(), func.sum(case((CONVERSATIONS.c.mode != Mode.CLAUDE, 1), else_=0)))
    .select_from(USERS)
    .join(
        CONVERSATIONS,
        or_(CONVERSATIONS.c.assignee_id.is_(None), CONVERSATIONS.c.assignee_id == USERS.c.id),
    )
    .outerjoin(CURSORS, CURSOR_OF_EACH)
    .where(
        USERS.c.id.in_(bindparam("users", expanding=True)),
        CONVERSATIONS.c.last_inbound_position > func.coalesce(CURSORS.c.position, 0),
    )
    .group_by(USERS.c.id)
)


async def to_look_at_by_all(session: AsyncSession, user_ids: Sequence[int]) -> dict[int, ToLookAt]:
    """The same for many attendants in one query."""
    found = await session.execute(TO_LOOK_AT_BY_ALL, {"users": user_ids})
    return dict.fromkeys(user_ids, ToLookAt()) | {user: ToLookAt(*counts) for user, *counts in found}


def concerns(user: User, conversation: Conversation) -> bool:
    """Whether a new message here is this attendant's to look at."""
    if user.silences_claude and conversation.mode == Mode.CLAUDE:
        return False
    return conversation.assignee_id in (None, user.id)
