"""When WhatsApp speaks of a whole number: it asks to slow down, or refuses everything until an admin has acted."""

import logging
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from sqlalchemy import ColumnElement, and_, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from app import clock
from app.db import after_commit
from app.outbox import delivery as deliveries
from app.outbox.backoff import GIVE_UP_AFTER
from app.outbox.delivery import DeliveryStatus
from app.outbox.models import Delivery, NumberPace
from app.outbox.queue import Claim, pace_of
from app.whatsapp.graph_errors import GraphError

log = logging.getLogger(__name__)

AT_ONCE = 500  # messages that fail in one transaction; the next refusal takes those behind


async def slow_down(
    session: AsyncSession, claim: Claim, error: GraphError, retry_after_seconds: float | None, jitter: float
) -> float:
    """Nothing of this number leaves for a while, longer each time in a row; how many seconds.

    Those that could not leave within their hour fail now, in the words of this error. So no wait is longer than that.
    """
    pace = await pace_of(session, claim.number_id)
    is_new = pace.slowed_at is None or claim.at > pace.slowed_at  # not one more of those sent together
    slowdowns = pace.slowdowns + 1 if is_new else max(pace.slowdowns, 1)
    own = error.meaning.backoff.seconds(slowdowns, jitter)
    wait = timedelta(seconds=max(own, retry_after_seconds or 0))
    now = clock.now()
    free_at: datetime = max(pace.free_at, now + min(wait, GIVE_UP_AFTER))
    values: dict[str, Any] = {"free_at": free_at, "slowdowns": slowdowns}
    if is_new:
        values["slowed_at"] = now
    await session.execute(of_number(claim).values(values))
    await fail_waiting(session, claim, error, Delivery.created_at < free_at - GIVE_UP_AFTER)
    return max(wait, free_at - now).total_seconds()


async def stop(session: AsyncSession, claim: Claim, error: GraphError) -> None:
    """What waits at this number fails at once, each bubble with the reason, instead of being refused one by one.

    What is queued later is tried: so nobody has to start the number again once its token or account is repaired.
    """
    first = of_number(claim).where(NumberPace.stopped_code.is_(None)).values(stopped_code=error.code)
    if (await session.execute(first.returning(NumberPace.number_id))).first() is not None:
        after_commit(session, "number stopped", partial(tell_stopped, claim.number_id, error.code))
    await fail_waiting(session, claim, error)


async def over(session: AsyncSession, claim: Claim) -> None:
    """WhatsApp took something of a number that was in trouble, and it was sent after the trouble began."""
    later = or_(NumberPace.slowed_at.is_(None), NumberPace.slowed_at < claim.at)
    await session.execute(of_number(claim).where(later).values(slowdowns=0, stopped_code=None))


def of_number(claim: Claim) -> Any:
    return update(NumberPace).where(NumberPace.number_id == claim.number_id)


async def fail_waiting(
    session: AsyncSession, claim: Claim, error: GraphError, *which: ColumnElement[bool]
) -> None:
    """Whatever waits at this number, and nobody is sending, fails for the same reason."""
    is_waiting = and_(Delivery.status == DeliveryStatus.QUEUED, Delivery.lease_token.is_(None))
    waiting = select(Delivery).where(Delivery.number_id == claim.number_id, is_waiting, *which)
    waiting = waiting.order_by(Delivery.id).limit(AT_ONCE).with_for_update(skip_locked=True, key_share=True)
    for attempt in (await session.scalars(waiting)).all():
        if (
            attempt.status == DeliveryStatus.QUEUED
        ):  # else a part of an answer that fell with the one before it
            await deliveries.fail(session, attempt, error.code, error.details)


def tell_stopped(number_id: int, code: int | None) -> None:
    log.error("a number is stopped: WhatsApp refuses all of it", extra={"number": number_id, "code": code})
