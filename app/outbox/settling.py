"""What becomes of a claimed delivery: accepted, certainly not sent, or unknown."""

from collections.abc import Collection
from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app import clock, jobs
from app.db import alone_with
from app.outbox import delivery as deliveries
from app.outbox import troubles
from app.outbox.backoff import patience_with, wait_before
from app.outbox.delivery import DeliveryStatus
from app.outbox.models import Delivery
from app.outbox.queue import UNCONFIRMED, UNCONFIRMED_AFTER, Claim
from app.whatsapp.graph_errors import GraphError, Remedy


async def accepted(session: AsyncSession, claim: Claim, wamid: str) -> None:
    """Graph took it. True even when the lease ran out meanwhile: what is known for certain settles *unknown*."""
    attempt = await locked(session, claim.delivery_id)
    await alone_with(session, [wamid])  # a report of it either sees this, or is seen below
    attempt.wamid = attempt.wamid or wamid
    deliveries.note_time(attempt, DeliveryStatus.SENT, clock.now())
    await deliveries.advance(session, attempt, DeliveryStatus.SENT)
    await deliveries.attach_early_reports(session, attempt)
    if claim.number_is_troubled:
        await troubles.over(session, claim)


async def not_sent(
    session: AsyncSession,
    claim: Claim,
    error: GraphError | None,
    retry_after_seconds: float | None,
    jitter: float,
) -> None:
    """It certainly did not leave: try again later, or say for good why not. `jitter` is in 0..1.

    `error` None: WhatsApp was not reached at all.
    """
    attempt = await locked(session, claim.delivery_id)
    if error is not None and error.remedy is Remedy.SLOW_NUMBER:
        wait: float | None = await troubles.slow_down(session, claim, error, retry_after_seconds, jitter)
    else:
        wait = wait_before(attempt.tries, error, retry_after_seconds, jitter)
    if attempt.lease_token == claim.token:
        await again_or_fail(session, attempt, error, wait)
    if error is not None and error.remedy is Remedy.STOP_NUMBER:
        await troubles.stop(session, claim.number_id, error)


async def again_or_fail(
    session: AsyncSession, attempt: Delivery, error: GraphError | None, wait: float | None
) -> None:
    """Back into the queue for so many seconds, unless that is pointless or its hour would be over."""
    code, details = (error.code, error.details) if error else (None, None)
    now = clock.now()
    if wait is None or now + timedelta(seconds=wait) > attempt.created_at + patience_with(error):
        await deliveries.fail(session, attempt, code, details)
        return
    if await deliveries.has_lost_its_beginning(session, attempt):  # while it was being sent
        await deliveries.drop(session, attempt)
        return
    attempt.error_code, attempt.error_details = code, details
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


async def settle_lost_claims(session: AsyncSession, under_way: Collection[int] = ()) -> int:
    """Deliveries whose sender died or froze become *unknown*; how many.

    Those `under_way` here are not lost, whatever the clock says: it may just have been put forward.
    """
    lost = select(Delivery).where(
        Delivery.status == DeliveryStatus.QUEUED,
        Delivery.lease_until < clock.now(),
        Delivery.id.not_in(under_way),
    )
    attempts = (await session.scalars(lost.order_by(Delivery.id).with_for_update(skip_locked=True))).all()
    for attempt in attempts:
        await unknown(session, attempt)
    return len(attempts)
