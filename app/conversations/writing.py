"""Who of the desk writes an answer at this moment: their colleagues see it, so that no customer gets two.

It is told when somebody begins, and again every few seconds while they go on; each page lets it go by itself when
nothing has come for six seconds. What is written is nobody's to see.
"""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ScalarSelect, String, cast, delete, func, literal, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession

from app import clock
from app.accounts.models import User
from app.conversations.models import Conversation, Writer
from app.db import table_of
from app.live.events import Change, EventKind, announce

SHOWN_SECONDS = 6
AGAIN_AFTER_SECONDS = 2

WRITERS, USERS, CONVERSATIONS = table_of(Writer), table_of(User), table_of(Conversation)
BETWEEN, WITHIN = "\x1e", "\x1f"  # in no name


@dataclass(frozen=True)
class Writing:
    """An attendant who writes in a conversation; `until`: seconds since 1970, when it is not true any more."""

    user_id: int
    name: str
    until: int


async def note(session: AsyncSession, user_id: int, conversation_id: int) -> None:
    """This attendant has pressed a key here. What they wrote elsewhere they write no more."""
    until = int(clock.now().timestamp()) + SHOWN_SECONDS
    before = (await session.execute(select(WRITERS).where(WRITERS.c.user_id == user_id))).one_or_none()
    if before and before.conversation_id == conversation_id and until - before.until < AGAIN_AFTER_SECONDS:
        return
    dialect: Any = sqlite if session.get_bind().dialect.name == "sqlite" else postgresql
    put = dialect.insert(Writer).values(user_id=user_id, conversation_id=conversation_id, until=until)
    here = {"conversation_id": conversation_id, "until": until}
    await session.execute(put.on_conflict_do_update(index_elements=["user_id"], set_=here))
    for one in {conversation_id, before.conversation_id if before else conversation_id}:
        announce(session, Change(EventKind.WRITING_CHANGED, one, user_id))


async def end(session: AsyncSession, user_id: int, conversation_id: int) -> None:
    """It was sent, or taken away again."""
    mine = delete(Writer).where(Writer.user_id == user_id, Writer.conversation_id == conversation_id)
    if (await session.execute(mine.returning(Writer.user_id))).first() is not None:
        announce(session, Change(EventKind.WRITING_CHANGED, conversation_id, user_id))


def writers_of_row() -> ScalarSelect[Any]:
    """Who writes in a conversation of the query, or did last, as one text for `read`: a row is one query."""
    who, until = cast(WRITERS.c.user_id, String), cast(WRITERS.c.until, String)
    parts = who + literal(WITHIN) + until + literal(WITHIN) + USERS.c.name
    theirs = select(func.aggregate_strings(parts, BETWEEN)).select_from(WRITERS.join(USERS))
    return (
        theirs.where(WRITERS.c.conversation_id == CONVERSATIONS.c.id)
        .correlate(CONVERSATIONS)
        .scalar_subquery()
    )


def read(text: str | None) -> tuple[Writing, ...]:
    """Those of `writers_of_row` who write at this moment."""
    if not text:
        return ()
    parts = (one.split(WITHIN, 2) for one in text.split(BETWEEN))
    writers = [Writing(int(user_id), name, int(until)) for user_id, until, name in parts]
    now = clock.now().timestamp()
    return tuple(sorted((one for one in writers if one.until > now), key=lambda one: one.user_id))
