"""The queue of deliveries: put in with the message, claimed by one sender at a time, settled by what WhatsApp answered."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from sqlalchemy import ColumnElement, and_, bindparam, exists, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.sql.dml import ReturningUpdate

from app import clock, jobs
from app.conversations.models import Message
from app.db import UtcDateTime, after_commit, table_of
from app.live.bell import Bell
from app.outbox import delivery as deliveries
from app.outbox.backoff import GIVE_UP_AFTER, wait_before
from app.outbox.delivery import DeliveryStatus
from app.outbox.models import Delivery
from app.whatsapp.graph_errors import GraphError
from app.whatsapp.models import Number

LEASE = timedelta(seconds=15)
UNCONFIRMED_AFTER = timedelta(seconds=120)

UNCONFIRMED = "unconfirmed"  # the job that asks a person about an unknown send; key: the delivery

wake_sender = Bell("outbox")


@dataclass(frozen=True)
class Claim:
    """A delivery that only we may send, until its lease ends; then it is *unknown*, for it may have left."""

    delivery_id: int
    token: str
    phone_number_id: str
    payload: dict[str, Any]


async def queue(session: AsyncSession, message: Message, payload: dict[str, Any]) -> Delivery:
    """Put one attempt at a message into the queue, in the transaction that stores or retries it.

    `payload` is Graph's JSON without the mark that tells our attempts apart; that is added here.
    """
    opaque = str(uuid4())
    now = clock.now()
    attempt = Delivery(
        message_id=message.id,
        conversation_id=message.conversation_id,
        number_id=message.number_id,
        opaque=opaque,
        payload=payload | {"biz_opaque_callback_data": opaque},
        status=DeliveryStatus.QUEUED,
        created_at=now,
        next_try_at=now,
    )
    session.add(attempt)
    await session.flush()
    after_commit(session, "outbox", wake_sender.ring)
    return attempt


DELIVERIES, NUMBERS = table_of(Delivery), table_of(Number)


def is_first() -> ColumnElement[bool]:
    """Queued, and nothing before it in its conversation is: what waits or is being sent holds those behind it."""
    ahead = DELIVERIES.alias("ahead")
    is_held = exists().where(
        ahead.c.conversation_id == DELIVERIES.c.conversation_id,
        ahead.c.id < DELIVERIES.c.id,
        ahead.c.status == DeliveryStatus.QUEUED,
    )
    return and_(DELIVERIES.c.status == DeliveryStatus.QUEUED, ~is_held)


def claiming() -> ReturningUpdate[Any]:
    """Takes the oldest delivery that may leave."""
    now, is_free = bindparam("now", type_=UtcDateTime()), DELIVERIES.c.lease_token.is_(None)
    may_leave = select(DELIVERIES.c.id).where(DELIVERIES.c.next_try_at <= now, is_free, is_first())
    oldest = may_leave.order_by(DELIVERIES.c.id).limit(1).with_for_update(skip_locked=True)
    lease = {
        "lease_token": bindparam("token"),
        "lease_until": bindparam("until", type_=UtcDateTime()),
        "tries": DELIVERIES.c.tries + 1,
    }
    taken = update(DELIVERIES).where(DELIVERIES.c.id == oldest.scalar_subquery(), is_free).values(lease)
    return taken.returning(*DELIVERIES.c["id", "payload", "number_id"])


# Built once: the sender asks them every second, and after every commit that concerns it.
CLAIMING = claiming()
FALLS_DUE = select(func.min(func.coalesce(DELIVERIES.c.lease_until, DELIVERIES.c.next_try_at))).where(
    is_first()
)
NUMBER = select(NUMBERS.c.phone_number_id).where(NUMBERS.c.id == bindparam("number"))


async def claim_next(session: AsyncSession) -> Claim | None:
    """The oldest delivery that may leave now, ours from here on; None when there is none."""
    now, token = clock.now(), str(uuid4())
    row = (await session.execute(CLAIMING, {"now": now, "token": token, "until": now + LEASE})).first()
    if row is None:
        return None
    number = (await session.execute(NUMBER, {"number": row.number_id})).scalar_one()
    return Claim(row.id, token, number, row.payload)


async def renew(session: AsyncSession, claim: Claim) -> bool:
    """Keep a claim for another lease; False when it ran out."""
    ours = update(Delivery).where(Delivery.id == claim.delivery_id, Delivery.lease_token == claim.token)
    return (
        await session.execute(ours.values(lease_until=clock.now() + LEASE).returning(Delivery.id))
    ).first() is not None


async def accepted(session: AsyncSession, claim: Claim, wamid: str) -> None:
    """Graph took it. True even when the lease ran out meanwhile: what is known for certain settles *unknown*."""
    attempt = await locked(session, claim.delivery_id)
    attempt.wamid = attempt.wamid or wamid
    deliveries.note_time(attempt, DeliveryStatus.SENT, clock.now())
    await deliveries.advance(session, attempt, DeliveryStatus.SENT)
    await deliveries.attach_early_reports(session, attempt)


async def not_sent(
    session: AsyncSession,
    claim: Claim,
    error: GraphError | None,
    retry_after_seconds: float | None,
    jitter: float,
) -> None:
    """It certainly did not leave: try again later, or say for good why not. `jitter` is in 0..1."""
    attempt = await locked(session, claim.delivery_id)
    if attempt.lease_token != claim.token:
        return
    attempt.error_code = error.code if error else None
    attempt.error_details = error.details if error else None
    wait = wait_before(attempt.tries, error, retry_after_seconds, jitter)
    now = clock.now()
    if wait is None or now + timedelta(seconds=wait) > attempt.created_at + GIVE_UP_AFTER:
        await deliveries.advance(session, attempt, DeliveryStatus.FAILED)
        await deliveries.drop_rest_of_answer(session, attempt)
        return
    attempt.lease_token = attempt.lease_until = None
    attempt.next_try_at = now + timedelta(seconds=wait)


async def unknown(session: AsyncSession, attempt: Delivery) -> None:
    """It may have left: never sent again by itself. After two minutes the attendant is asked."""
    attempt.unknown_at = clock.now()
    await deliveries.advance(session, attempt, DeliveryStatus.UNKNOWN)
    await deliveries.attach_early_reports(session, attempt)
    if attempt.status in deliveries.ARRIVED:  # a report was faster than the loss of the answer
        return
    await jobs.enqueue(session, UNCONFIRMED, str(attempt.id), run_at=clock.now() + UNCONFIRMED_AFTER)
    await deliveries.drop_rest_of_answer(session, attempt)


async def locked(session: AsyncSession, delivery_id: int) -> Delivery:
    return (
        await session.scalars(
            select(Delivery).where(Delivery.id == delivery_id).with_for_update(key_share=True)
        )
    ).one()


async def settle_lost_claims(session: AsyncSession) -> int:
    """Deliveries whose sender died or froze become *unknown*; how many."""
    lost = select(Delivery).where(
        Delivery.status == DeliveryStatus.QUEUED, Delivery.lease_until < clock.now()
    )
    attempts = (await session.scalars(lost.order_by(Delivery.id).with_for_update(skip_locked=True))).all()
    for attempt in attempts:
        await unknown(session, attempt)
    return len(attempts)


async def next_due(session: AsyncSession) -> datetime | None:
    """When something falls due: a try, or the end of a lease; None when the queue is empty."""
    due: datetime | None = (await session.execute(FALLS_DUE)).scalar_one()
    return due
