"""The queue of deliveries: put in with the message, claimed by one sender at a time, settled by what WhatsApp answered."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from sqlalchemy import ColumnElement, and_, exists, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from app import clock, jobs
from app.conversations.models import Message
from app.db import after_commit
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

wake_sender = Bell()


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


def is_first() -> ColumnElement[bool]:
    """Queued, and nothing before it in its conversation is: what waits or is being sent holds those behind it."""
    ahead = aliased(Delivery)
    is_held = exists().where(
        ahead.conversation_id == Delivery.conversation_id,
        ahead.id < Delivery.id,
        ahead.status == DeliveryStatus.QUEUED,
    )
    return and_(Delivery.status == DeliveryStatus.QUEUED, ~is_held)


async def claim_next(session: AsyncSession) -> Claim | None:
    """The oldest delivery that may leave now, ours from here on; None when there is none."""
    now = clock.now()
    due = (
        select(Delivery.id)
        .where(Delivery.next_try_at <= now, Delivery.lease_token.is_(None), is_first())
        .order_by(Delivery.id)
        .limit(1)
        .with_for_update(skip_locked=True)
        .scalar_subquery()
    )
    token = str(uuid4())
    claimed = (
        update(Delivery)
        .where(Delivery.id == due, Delivery.lease_token.is_(None))
        .values(lease_token=token, lease_until=now + LEASE, tries=Delivery.tries + 1)
        .returning(Delivery.id, Delivery.payload, Delivery.number_id)
    )
    row = (await session.execute(claimed)).first()
    if row is None:
        return None
    number = (
        await session.execute(select(Number.phone_number_id).where(Number.id == row.number_id))
    ).scalar_one()
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
    waiting = select(func.min(func.coalesce(Delivery.lease_until, Delivery.next_try_at))).where(is_first())
    return (await session.execute(waiting)).scalar_one()
