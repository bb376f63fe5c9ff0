"""What only one reader sees of a row: what is unread, what they typed there, how they marked it, which lists it is in."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Boolean, ColumnElement, and_, bindparam, select
from sqlalchemy.ext.asyncio import AsyncSession

from app import clock
from app.accounts.models import User
from app.attention import counting
from app.attention.counting import CURSORS, USERS
from app.conversations.filters import Filter, Show, belonging
from app.conversations.marked import CONVERSATIONS, MARKS, mark_of
from app.conversations.models import Conversation, Draft, Mode
from app.db import table_of
from app.notes.models import Mention

SECONDS = 99_999_999_999  # eleven digits, as in a sort key


@dataclass(frozen=True)
class Seen:
    """`is_silenced`: what Claude does here is silenced. `is_marked_unread`: by hand. `pin_key`: "" unless it is pinned."""

    unread: int = 0
    draft: str = ""
    is_silenced: bool = False
    is_named: bool = False  # by a note
    is_marked_unread: bool = False
    is_muted: bool = False
    is_favourite: bool = False
    pin_key: str = ""
    shows: frozenset[Show] = frozenset({Show.ALL})

    @property
    def is_archived(self) -> bool:
        return Show.ARCHIVED in self.shows

    @property
    def is_quiet(self) -> bool:
        """Whether its badge is grey."""
        return self.is_silenced or self.is_muted

    def calls(self, *, by_reaction: bool = False) -> bool:
        """Whether a message here, or a reaction to one, may call by a notification."""
        return (bool(self.unread) or by_reaction) and not self.is_muted and not self.is_archived

    def is_in(self, chosen: Filter, *, is_open: bool = False, label_ids: Collection[int] = ()) -> bool:
        """Whether this list holds the row. What is open is not taken away while it is read."""
        if chosen.label is not None and chosen.label not in label_ids:
            return False
        return chosen.show in self.shows or (chosen.show is Show.UNREAD and is_open)


def pin_key(pinned_at: datetime, conversation_id: int) -> str:
    """Above the keys of all that is not pinned; what was pinned first stands first."""
    return f"{SECONDS - int(pinned_at.timestamp()):011d}{conversation_id:012d}"


DRAFTS, MENTIONS = table_of(Draft), table_of(Mention)
OF_ONE = belonging(bindparam("user"), bindparam("keeps", type_=Boolean()))
OF_EACH = belonging(USERS.c.id, USERS.c.keeps_archived)


def theirs(user: ColumnElement[int], lists: Mapping[Show, ColumnElement[bool]]) -> list[ColumnElement[Any]]:
    """The columns of `seen_of`, in its order."""
    marks = MARKS.c["pinned_at", "muted_until", "favourite_at", "is_unread"]
    return [counting.unread_count(), DRAFTS.c.text, is_named(user), *marks, *lists.values()]


def is_named(user: ColumnElement[int]) -> ColumnElement[bool]:
    """Whether a note names this attendant, who has not looked at it."""
    unseen = select(MENTIONS.c.message_id).where(
        MENTIONS.c.user_id == user,
        MENTIONS.c.conversation_id == CONVERSATIONS.c.id,
        MENTIONS.c.seen_at.is_(None),
    )
    return unseen.correlate(CONVERSATIONS, USERS).exists()


SEEN = (
    select(CONVERSATIONS.c.id, *theirs(bindparam("user"), OF_ONE))
    .outerjoin(CURSORS, counting.cursor_of(bindparam("user")))
    .outerjoin(MARKS, mark_of(bindparam("user")))
    .outerjoin(
        DRAFTS, and_(DRAFTS.c.user_id == bindparam("user"), DRAFTS.c.conversation_id == CONVERSATIONS.c.id)
    )
    .where(CONVERSATIONS.c.id.in_(bindparam("ids", expanding=True)))
)


async def seen_by(
    session: AsyncSession, user: User, conversations: Sequence[Conversation]
) -> dict[int, Seen]:
    """One reader's part of each row, by conversation id."""
    ids = [conversation.id for conversation in conversations]
    asked = {"user": user.id, "keeps": user.keeps_archived, "ids": ids}
    found = {one: part for one, *part in await session.execute(SEEN, asked)}
    return {one.id: seen_of(user, one, found[one.id]) for one in conversations}


def seen_of(user: User, conversation: Conversation, part: Sequence[Any]) -> Seen:
    unread, draft, named, pinned_at, muted_until, favourite_at, is_unread, *lists = part
    return Seen(
        unread=unread,
        draft=draft or "",
        is_silenced=user.silences_claude and conversation.mode == Mode.CLAUDE,
        is_named=bool(named),
        is_marked_unread=bool(is_unread),
        is_muted=muted_until is not None and muted_until > clock.now(),
        is_favourite=favourite_at is not None,
        pin_key=pin_key(pinned_at, conversation.id) if pinned_at else "",
        shows=frozenset(show for show, belongs in zip(OF_ONE, lists, strict=True) if belongs),
    )


SEEN_BY_ALL = (
    select(USERS.c.id, *theirs(USERS.c.id, OF_EACH))
    .select_from(USERS.join(CONVERSATIONS, CONVERSATIONS.c.id == bindparam("conversation")))
    .outerjoin(CURSORS, counting.CURSOR_OF_EACH)
    .outerjoin(MARKS, mark_of(USERS.c.id))
    .outerjoin(DRAFTS, and_(DRAFTS.c.user_id == USERS.c.id, DRAFTS.c.conversation_id == CONVERSATIONS.c.id))
    .where(USERS.c.id.in_(bindparam("users", expanding=True)))
)


async def seen_by_all(
    session: AsyncSession, user_ids: Sequence[int], conversation_id: int
) -> dict[int, tuple[Any, ...]]:
    """The parts of one conversation's row, for `seen_of`, by user."""
    asked = {"users": user_ids, "conversation": conversation_id}
    return {user: tuple(part) for user, *part in await session.execute(SEEN_BY_ALL, asked)}
