"""How an attendant marks conversations for themselves: pinned, muted, archived, favourite, unread."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession

from app import clock, jobs
from app.accounts.models import User
from app.attention import reading
from app.conversations.marked import CONVERSATIONS, ConversationMark
from app.conversations.models import Conversation
from app.db import alone_with, transaction
from app.errors import Conflict
from app.i18n import N_
from app.jobs import Claim
from app.live.events import Change, EventKind, announce

MOST_PINNED = 3
FOR_EVER = datetime(9999, 1, 1, tzinfo=UTC)
END_OF_MUTE = "end_of_mute"  # the job that shows that a conversation is muted no more; key: user:conversation


class Mark(StrEnum):
    """What a form asks for."""

    PIN = "pin"
    UNPIN = "unpin"
    MUTE_8_HOURS = "mute-8-hours"
    MUTE_1_WEEK = "mute-1-week"
    MUTE = "mute"
    UNMUTE = "unmute"
    ARCHIVE = "archive"
    UNARCHIVE = "unarchive"
    FAVOURITE = "favourite"
    UNFAVOURITE = "unfavourite"
    UNREAD = "unread"
    READ = "read"


MUTES: Mapping[Mark, timedelta | None] = {
    Mark.MUTE_8_HOURS: timedelta(hours=8),
    Mark.MUTE_1_WEEK: timedelta(weeks=1),
    Mark.MUTE: None,  # for ever
}


async def put(session: AsyncSession, user: User, conversations: Sequence[Conversation], mark: Mark) -> None:
    """Mark all of them alike; again changes nothing. Raises Conflict for a fourth that would be pinned."""
    if mark is Mark.READ:
        await reading.have_read(session, user, CONVERSATIONS.c.id.in_([one.id for one in conversations]))
    else:
        await keep(session, user, {one.id: values_of(mark, one) for one in conversations})
    if mark is Mark.PIN:
        await refuse_too_many(session, user)
    if (span := MUTES.get(mark)) is not None:
        keys = [f"{user.id}:{one.id}" for one in conversations]
        await jobs.enqueue_all(session, END_OF_MUTE, [(key, clock.now() + span, {}) for key in keys])
    for one in conversations:
        announce(session, Change(EventKind.MARK_CHANGED, one.id, user_id=user.id))


def values_of(mark: Mark, conversation: Conversation) -> dict[str, Any]:
    """The columns that a mark sets. What is archived is not pinned any more."""
    now = clock.now()
    match mark:
        case Mark.PIN:
            return {"pinned_at": now.replace(microsecond=0)}  # in whole seconds, as its key on the page
        case Mark.UNPIN:
            return {"pinned_at": None}
        case Mark.MUTE_8_HOURS | Mark.MUTE_1_WEEK | Mark.MUTE:
            span = MUTES[mark]
            return {"muted_until": now + span if span else FOR_EVER}
        case Mark.UNMUTE:
            return {"muted_until": None}
        case Mark.ARCHIVE:
            position = conversation.last_inbound_position
            return {"archived_at": now, "archived_position": position, "pinned_at": None}
        case Mark.UNARCHIVE:
            return {"archived_at": None}
        case Mark.FAVOURITE:
            return {"favourite_at": now}
        case Mark.UNFAVOURITE:
            return {"favourite_at": None}
        case _:
            return {"is_unread": True}


async def keep(session: AsyncSession, user: User, wanted: Mapping[int, Mapping[str, Any]]) -> None:
    """Set columns, the same ones for each conversation, in one statement."""
    rows = [{"user_id": user.id, "conversation_id": one, **wanted[one]} for one in sorted(wanted)]
    if not rows:
        return
    dialect: Any = sqlite if session.get_bind().dialect.name == "sqlite" else postgresql
    put = dialect.insert(ConversationMark).values(rows)
    newer = {name: put.excluded[name] for name in rows[0] if name not in ("user_id", "conversation_id")}
    key = ["user_id", "conversation_id"]  # two tabs may mark at once
    await session.execute(put.on_conflict_do_update(index_elements=key, set_=newer))


async def refuse_too_many(session: AsyncSession, user: User) -> None:
    """Three at most, also when two tabs pin at once."""
    await alone_with(session, [f"pins of {user.id}"])
    pinned = (
        select(func.count())
        .select_from(ConversationMark)
        .join(Conversation, Conversation.id == ConversationMark.conversation_id)
        .where(
            ConversationMark.user_id == user.id,
            ConversationMark.pinned_at.is_not(None),
            Conversation.merged_into_id.is_(None),  # its mark stays there, and nobody can take it off
        )
    )
    if (await session.execute(pinned)).scalar_one() > MOST_PINNED:
        raise Conflict(N_("You can pin three conversations at most."))


async def mute_ended(claim: Claim) -> None:
    """Works off `end_of_mute` jobs: open tabs take the bell away. Who muted it for longer meanwhile is told nothing new."""
    user_id, conversation_id = (int(part) for part in claim.key.split(":"))
    async with transaction() as session:
        if await session.get(ConversationMark, (user_id, conversation_id)) is not None:
            announce(session, Change(EventKind.MARK_CHANGED, conversation_id, user_id=user_id))
        await jobs.finish(session, claim)
