"""When Claude answers: once the customer has been quiet for a while."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from sqlalchemy import bindparam, select
from sqlalchemy.ext.asyncio import AsyncSession

from app import clock, jobs
from app.conversations.models import Message
from app.db import after_commit
from app.jobs import JOBS
from app.live.bell import Bell
from app.media.expecting import TYPES

ANSWER = "answer"
wanted = Bell()  # rings while a customer's quiet time runs: enough to load what an answer needs
LONGEST_WAIT_FACTOR = 5  # somebody who never stops typing still gets an answer


async def ask_for_answer(
    session: AsyncSession, conversation_id: int, message: Message, wait_seconds: float
) -> None:
    """Have Claude answer after `wait_seconds` of quiet (twice that after media); each new message begins the wait anew."""
    await ask_for_answers(session, {conversation_id: message}, wait_seconds)


async def ask_for_answers(
    session: AsyncSession, last_messages: Mapping[int, Message], wait_seconds: float
) -> None:
    """The same for many conversations, each with its last message."""
    now, waiting = clock.now(), await waiting_in(session, list(last_messages))
    wished = []
    for conversation_id, message in sorted(last_messages.items()):  # everybody locks in this order
        began_at = waiting.get(conversation_id, now)
        wait = timedelta(seconds=wait_seconds * (2 if message.type in TYPES else 1))
        run_at = min(now + wait, began_at + LONGEST_WAIT_FACTOR * timedelta(seconds=wait_seconds))
        wished.append((str(conversation_id), max(run_at, now), {"waiting_since": began_at.isoformat()}))
    await jobs.enqueue_all(session, ANSWER, wished)
    after_commit(session, "claude", wanted.ring)


async def waiting_since(session: AsyncSession, conversation_id: int) -> datetime | None:
    """Since when an answer that nobody has begun is asked for; None when none is."""
    return (await waiting_in(session, [conversation_id])).get(conversation_id)


# Built once: every message for Claude asks it.
WAITING = select(*JOBS.c["key", "payload"]).where(
    JOBS.c.kind == ANSWER, JOBS.c.key.in_(bindparam("keys", expanding=True)), JOBS.c.lease_token.is_(None)
)


async def waiting_in(session: AsyncSession, conversation_ids: Sequence[int]) -> dict[int, datetime]:
    """The same for many; those for which none is asked are missing."""
    found = await session.execute(WAITING, {"keys": [str(id) for id in conversation_ids]})
    return {int(row.key): datetime.fromisoformat(row.payload["waiting_since"]) for row in found}
