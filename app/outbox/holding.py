"""What is held back for a few seconds, so that who sent it may take it back; and the moment that decides whether they do."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import and_, bindparam, delete, exists, select
from sqlalchemy.ext.asyncio import AsyncSession

from app import clock
from app.accounts.models import User
from app.conversations.models import Author, Message
from app.db import UtcDateTime
from app.outbox.delivery import DeliveryStatus
from app.outbox.queue import DELIVERIES

HELD_KINDS = frozenset({"text"})  # what can go back into the composer
NOT_AT_ALL = timedelta()

# Nobody has claimed it yet, and nobody ever has: once it was claimed, it may have left.
IS_UNTOUCHED = and_(
    DELIVERIES.c.status == DeliveryStatus.QUEUED,
    DELIVERIES.c.lease_token.is_(None),
    DELIVERIES.c.tries == 0,
)
OTHERS = DELIVERIES.alias("others")
IS_ONLY_ATTEMPT = ~exists().where(
    OTHERS.c.message_id == DELIVERIES.c.message_id, OTHERS.c.id != DELIVERIES.c.id
)
TAKING_OUT = (
    delete(DELIVERIES)
    .where(DELIVERIES.c.message_id == bindparam("message"), IS_UNTOUCHED, IS_ONLY_ATTEMPT)
    .returning(DELIVERIES.c.id)
)
HELD = select(DELIVERIES.c.message_id, DELIVERIES.c.next_try_at).where(
    DELIVERIES.c.message_id.in_(bindparam("messages", expanding=True)),
    IS_UNTOUCHED,
    IS_ONLY_ATTEMPT,
    DELIVERIES.c.next_try_at > bindparam("now", type_=UtcDateTime()),
)


def how_long(by: User, kind: str) -> timedelta:
    """For how long a message of this type waits, as its writer chose."""
    return timedelta(seconds=by.undo_send_seconds) if kind in HELD_KINDS else NOT_AT_ALL


async def take_out(session: AsyncSession, message_id: int) -> bool:
    """Whether it was still ours to take: then no sender will ever claim it. This statement and the sender's claim
    are after the same row, so exactly one of them has it."""
    return (await session.execute(TAKING_OUT, {"message": message_id})).first() is not None


@dataclass(frozen=True)
class Recall:
    """That a message can be taken back: by whom, and for how many seconds more (whole ones, at least 1)."""

    by: int
    seconds: int


async def possible(session: AsyncSession, messages: Sequence[Message]) -> dict[int, Recall]:
    """Which of these can still be taken back, by message id."""
    waiting = {
        message.id: message.user_id
        for message in messages
        if message.status == DeliveryStatus.QUEUED
        and message.author == Author.USER
        and message.user_id is not None
        and message.type in HELD_KINDS
    }
    if not waiting:
        return {}
    now = clock.now()
    held = await session.execute(HELD, {"messages": list(waiting), "now": now})
    return {
        one: Recall(waiting[one], math.ceil((leaves_at - now).total_seconds())) for one, leaves_at in held
    }
