"""What is unread, per attendant: the badge of a row, the number in the title, those of the list's filters."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import BindParameter, ColumnElement, and_, bindparam, case, func, not_, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from app import clock
from app.accounts.models import User
from app.attention.models import ReadCursor
from app.conversations.marked import CONVERSATIONS, MARKS, is_archived, is_muted, mark_of
from app.conversations.models import Conversation, Mode
from app.db import UtcDateTime, table_of

CURSORS = table_of(ReadCursor)


def unread_count() -> ColumnElement[int]:
    """How many inbound messages of a conversation lie behind the joined cursor."""
    return CONVERSATIONS.c.inbound_count - func.coalesce(CURSORS.c.inbound_seen, 0)


def cursor_of(user_id: int | BindParameter[int]) -> ColumnElement[bool]:
    return and_(CURSORS.c.conversation_id == CONVERSATIONS.c.id, CURSORS.c.user_id == user_id)


def has_unread() -> ColumnElement[bool]:
    """Whether the customer wrote something behind the joined cursor."""
    return CONVERSATIONS.c.last_inbound_position > func.coalesce(CURSORS.c.position, 0)


@dataclass(frozen=True)
class Counts:
    """What one attendant's page counts, in conversations.

    `waiting`: the N of `(N) Recado`, those with something unread that are theirs or nobody's, neither muted nor
    archived; what Claude is handling counts too, unless they silenced it. `unread`: all in their list that have
    something unread. `archived`: all that are, and of these those that have something unread.
    """

    waiting: int = 0
    unread: int = 0
    archived: int = 0
    archived_unread: int = 0


USERS = table_of(User)
CURSOR_OF_EACH = and_(CURSORS.c.conversation_id == CONVERSATIONS.c.id, CURSORS.c.user_id == USERS.c.id)
THEIRS, ARCHIVED = mark_of(USERS.c.id), is_archived(USERS.c.keeps_archived)
WANTS_THEM = and_(
    not_(ARCHIVED),
    not_(is_muted(bindparam("now", type_=UtcDateTime()))),
    or_(CONVERSATIONS.c.assignee_id.is_(None), CONVERSATIONS.c.assignee_id == USERS.c.id),
    or_(USERS.c.silences_claude.is_(False), CONVERSATIONS.c.mode != Mode.CLAUDE),
)


def count_where(rule: ColumnElement[bool]) -> ColumnElement[int]:
    return func.sum(case((rule, 1), else_=0))


# Built once: every change of anything unread asks the first, and both are asked for all who listen at once.
UNREAD_BY_ALL = (
    select(USERS.c.id, count_where(WANTS_THEM), count_where(not_(ARCHIVED)), count_where(ARCHIVED))
    .select_from(USERS)
    .join(CONVERSATIONS, CONVERSATIONS.c.merged_into_id.is_(None))
    .outerjoin(CURSORS, CURSOR_OF_EACH)
    .outerjoin(MARKS, THEIRS)
    .where(USERS.c.id.in_(bindparam("users", expanding=True)), or_(has_unread(), MARKS.c.is_unread.is_(True)))
    .group_by(USERS.c.id)
)
ARCHIVED_BY_ALL = (
    select(MARKS.c.user_id, func.count())
    .select_from(MARKS)
    .join(USERS, USERS.c.id == MARKS.c.user_id)
    .join(CONVERSATIONS, CONVERSATIONS.c.id == MARKS.c.conversation_id)
    .where(
        MARKS.c.user_id.in_(bindparam("users", expanding=True)),
        CONVERSATIONS.c.merged_into_id.is_(None),
        ARCHIVED,
    )
    .group_by(MARKS.c.user_id)
)


async def counts_of_all(session: AsyncSession, user_ids: Sequence[int]) -> dict[int, Counts]:
    """What each one's page counts, for many attendants in two queries."""
    archived = {user: count for user, count in await session.execute(ARCHIVED_BY_ALL, {"users": user_ids})}
    unread = await session.execute(UNREAD_BY_ALL, {"users": user_ids, "now": clock.now()})
    found = {user: counts for user, *counts in unread}
    return {user: counts_from(found.get(user, (0, 0, 0)), archived.get(user, 0)) for user in user_ids}


def counts_from(unread: Sequence[int], archived: int) -> Counts:
    waiting, in_the_list, in_the_archive = unread
    return Counts(waiting, in_the_list, archived, in_the_archive)


async def counts_of(session: AsyncSession, user: User) -> Counts:
    """The same for one."""
    return (await counts_of_all(session, [user.id]))[user.id]


def concerns(user: User, conversation: Conversation) -> bool:
    """Whether a new message here is this attendant's to look at."""
    if user.silences_claude and conversation.mode == Mode.CLAUDE:
        return False
    return conversation.assignee_id in (None, user.id)
