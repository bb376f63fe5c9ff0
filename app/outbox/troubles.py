"""When WhatsApp speaks of a whole number: it asks to slow down, or refuses everything until an admin has acted."""

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from sqlalchemy import ColumnElement, and_, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from app import clock
from app.contacts.naming import phone_of
from app.db import after_commit
from app.live.events import Change, EventKind, announce
from app.outbox import delivery as deliveries
from app.outbox.backoff import GIVE_UP_AFTER
from app.outbox.delivery import DeliveryStatus
from app.outbox.models import Delivery, NumberPace
from app.outbox.pace import PROBES_EACH
from app.outbox.queue import Claim, pace_of, wake_sender
from app.whatsapp.graph_errors import GraphError
from app.whatsapp.models import Number

log = logging.getLogger(__name__)

STANDS_AFTER = timedelta(seconds=20)  # a failure that WhatsApp reports later has been reported by then
NOT_STOPPED: dict[str, Any] = {"stopped_code": None, "stopped_at": None, "stop_was_reported": False}
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
    await session.execute(of_number(claim.number_id).values(values))
    await fail_waiting(session, claim.number_id, error, Delivery.created_at < free_at - GIVE_UP_AFTER)
    return max(wait, free_at - now).total_seconds()


async def stop(
    session: AsyncSession, number_id: int, error: GraphError, *, was_reported: bool = False
) -> None:
    """Nothing of this number leaves until WhatsApp takes something again. What waits keeps waiting, for its hour at most.

    Every few minutes one message tries by itself: a token is often renewed by somebody who does not look here.
    `was_reported`: WhatsApp took the message first, so that it takes the next one proves nothing.
    """
    pace, now = await pace_of(session, number_id), clock.now()
    free_at: datetime = max(pace.free_at, now + PROBES_EACH)
    values = {"free_at": free_at, "stopped_code": error.code, "stopped_at": pace.stopped_at or now}
    values["stop_was_reported"] = pace.stop_was_reported or was_reported
    await session.execute(of_number(number_id).values(values))
    if pace.stopped_code is None:
        announce(session, Change(EventKind.NUMBER_CHANGED, ref=number_id))
        after_commit(session, "number stopped", partial(tell_stopped, number_id, error.code))
    await fail_waiting(session, number_id, error, Delivery.created_at < free_at - GIVE_UP_AFTER)


async def try_again(session: AsyncSession, number_id: int) -> None:
    """An admin has acted: one message tries at once, and the others follow when WhatsApp takes it. Where none waits, the
    next one will show."""
    at_once: dict[str, Any] = {"free_at": clock.now(), "slowdowns": 0}
    waits = select(Delivery.id).where(
        Delivery.number_id == number_id, Delivery.status == DeliveryStatus.QUEUED
    )
    if (await session.execute(waits.limit(1))).first() is None:
        at_once |= NOT_STOPPED
    await session.execute(of_number(number_id).values(at_once))
    announce(session, Change(EventKind.NUMBER_CHANGED, ref=number_id))
    after_commit(session, "outbox", wake_sender.ring)


async def over(session: AsyncSession, claim: Claim) -> None:
    """WhatsApp took something of a number that was in trouble, and it was sent after the trouble began."""
    later = or_(NumberPace.slowed_at.is_(None), NumberPace.slowed_at < claim.at)
    since = or_(NumberPace.stopped_at.is_(None), NumberPace.stopped_at < claim.at)
    pace, now = await pace_of(session, claim.number_id), clock.now()
    if pace.stop_was_reported and not await has_stood(session, claim.number_id, pace.stopped_at, now):
        await session.execute(of_number(claim.number_id).values(free_at=now + STANDS_AFTER))
        return
    was_stopped = pace.stopped_code is not None
    goes_on = {"slowdowns": 0} | NOT_STOPPED | ({"free_at": now} if was_stopped else {})
    done = of_number(claim.number_id).where(later, since).values(goes_on).returning(NumberPace.number_id)
    if (await session.execute(done)).first() and was_stopped:
        announce(session, Change(EventKind.NUMBER_CHANGED, ref=claim.number_id))
        after_commit(session, "outbox", wake_sender.ring)


async def has_stood(session: AsyncSession, number_id: int, since: datetime, now: datetime) -> bool:
    """Whether WhatsApp took something after the trouble began, and has not taken it back since."""
    stood = select(Delivery.id).where(
        Delivery.number_id == number_id,
        Delivery.sent_at.between(since, now - STANDS_AFTER),
        Delivery.status.in_(deliveries.ARRIVED),
    )
    return (await session.execute(stood.limit(1))).first() is not None


def of_number(number_id: int) -> Any:
    return update(NumberPace).where(NumberPace.number_id == number_id)


async def fail_waiting(
    session: AsyncSession, number_id: int, error: GraphError, *which: ColumnElement[bool]
) -> None:
    """Whatever waits at this number, and nobody is sending, fails for the same reason."""
    is_waiting = and_(Delivery.status == DeliveryStatus.QUEUED, Delivery.lease_token.is_(None))
    waiting = select(Delivery).where(Delivery.number_id == number_id, is_waiting, *which)
    waiting = waiting.order_by(Delivery.id).limit(AT_ONCE).with_for_update(skip_locked=True, key_share=True)
    for attempt in (await session.scalars(waiting)).all():
        if (
            attempt.status == DeliveryStatus.QUEUED
        ):  # else a part of an answer that fell with the one before it
            await deliveries.fail(session, attempt, error.code, error.details)


@dataclass(frozen=True)
class NumberState:
    """A number of the business as its queue stands. `error`: what WhatsApp said when it stopped it; None: it goes."""

    number: Number
    error: GraphError | None
    stopped_at: datetime | None
    waiting: int

    @property
    def name(self) -> str:
        shown = self.number.display_phone_number
        return phone_of(shown) if shown.isdigit() else shown or self.number.phone_number_id


async def states(session: AsyncSession, *, only_stopped: bool = False) -> list[NumberState]:
    """Every number, or those alone that are stopped, in the order in which they came."""
    waiting = (
        select(func.count())
        .where(Delivery.number_id == Number.id, Delivery.status == DeliveryStatus.QUEUED)
        .scalar_subquery()
    )
    asked = select(Number, NumberPace.stopped_code, NumberPace.stopped_at, waiting)
    asked = asked.outerjoin(NumberPace, NumberPace.number_id == Number.id).order_by(Number.id)
    if only_stopped:
        asked = asked.where(NumberPace.stopped_code.is_not(None))
    return [
        NumberState(number, None if code is None else GraphError(code), at, count)
        for number, code, at, count in await session.execute(asked)
    ]


def tell_stopped(number_id: int, code: int | None) -> None:
    log.error("a number is stopped: WhatsApp refuses all of it", extra={"number": number_id, "code": code})
