"""The status of a message on its way: a lattice, so order and repetition of reports cannot matter."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from app import clock, jobs
from app.conversations import service_window
from app.conversations.models import Message
from app.live.events import Change, EventKind, announce
from app.outbox.models import Delivery, DeliveryReport


class DeliveryStatus(StrEnum):
    """In rising order: what is further down wins."""

    QUEUED = "queued"
    UNKNOWN = "unknown"  # it may have left
    SENT = "sent"  # Graph accepted it
    FAILED = "failed"  # a late "delivered" still wins: several devices
    DELIVERED = "delivered"
    READ = "read"
    PLAYED = "played"

    def after(self, report: "DeliveryStatus") -> "DeliveryStatus":
        """The status to keep once WhatsApp reports `report`: late and repeated reports never undo."""
        return max(self, report, key=RANK.__getitem__)


WINDOW_CLOSED, BLOCKED_BY_US = 131047, 130403  # Meta's codes
FILE_IS_LOST = "file_is_lost"  # it is missing on our own disk
DROPPED = "dropped"  # a later part of an answer whose earlier part did not leave
FOUND_BLOCKED = "found_blocked"  # the job that notes what WhatsApp told; key: the conversation
ANSWER_DID_NOT_LEAVE = "answer_did_not_leave"  # the job that calls a person; key: the conversation

KNOWN_STATUSES = frozenset(str(status) for status in DeliveryStatus)
RANK = {status: rank for rank, status in enumerate(DeliveryStatus)}
NOT_SURELY_LEFT = (DeliveryStatus.UNKNOWN, DeliveryStatus.FAILED)
ARRIVED = (DeliveryStatus.SENT, DeliveryStatus.DELIVERED, DeliveryStatus.READ, DeliveryStatus.PLAYED)


@dataclass(frozen=True)
class Report:
    """One status as WhatsApp reported it. `status` is Meta's word; unknown words are kept and change nothing."""

    wamid: str
    status: str
    at: datetime
    opaque: str | None = None
    participant: str = ""
    error_code: int | None = None
    error_details: str | None = None
    pricing: dict[str, Any] | None = None


async def apply(session: AsyncSession, delivery: Delivery, reported: Report) -> None:
    """Move one attempt by one report, and its message with it."""
    if reported.status not in KNOWN_STATUSES:
        return
    take(delivery, reported)
    await session.flush()
    await show(session, delivery.message_id)
    if delivery.status == reported.status == DeliveryStatus.FAILED:
        await after_failure(session, delivery)


def take(delivery: Delivery, reported: Report) -> None:
    """What one report of a word that we know changes of its attempt."""
    status = DeliveryStatus(reported.status)
    if status in ARRIVED or status is DeliveryStatus.FAILED:
        delivery.wamid = delivery.wamid or reported.wamid
    note_time(delivery, status, reported.at)
    if status is DeliveryStatus.FAILED and delivery.status != DeliveryStatus.FAILED:
        delivery.error_code, delivery.error_details = reported.error_code, reported.error_details
    raise_to(delivery, status)


def note_time(delivery: Delivery, status: DeliveryStatus, at: datetime) -> None:
    """Keep when each thing happened, the earliest report of it."""
    if status is DeliveryStatus.SENT:
        delivery.sent_at = min(delivery.sent_at or at, at)
    elif status is DeliveryStatus.DELIVERED:
        delivery.delivered_at = min(delivery.delivered_at or at, at)
    elif status in (DeliveryStatus.READ, DeliveryStatus.PLAYED):
        delivery.read_at = min(delivery.read_at or at, at)


async def advance(session: AsyncSession, delivery: Delivery, status: DeliveryStatus) -> None:
    """Raise an attempt to `status` if that is further, and show the message accordingly."""
    raise_to(delivery, status)
    await session.flush()
    await show(session, delivery.message_id)


def raise_to(delivery: Delivery, status: DeliveryStatus) -> None:
    """What was raised waits for us no more."""
    reached = DeliveryStatus(delivery.status).after(status)
    if reached is not DeliveryStatus.QUEUED:
        delivery.next_try_at = delivery.lease_token = delivery.lease_until = None
    delivery.status = reached


async def fail(session: AsyncSession, attempt: Delivery, code: int | None, details: str | None) -> None:
    """It did not leave and will not: for this reason, and with it the rest of the same answer of Claude."""
    attempt.error_code, attempt.error_details = code, details
    await advance(session, attempt, DeliveryStatus.FAILED)
    await after_failure(session, attempt)


async def show(session: AsyncSession, message_id: int) -> None:
    """Give a message the status of its furthest attempt that arrived, else of its newest one."""
    attempts = await attempts_at(session, message_id)
    if len(attempts) > 1:  # another one may be moving in another transaction: one after the other
        await session.execute(
            select(Message.id).where(Message.id == message_id).with_for_update(key_share=True)
        )
        attempts = await attempts_at(session, message_id)
    shown = attempt_to_show(attempts)
    values = {"status": shown.status} | ({"wamid": shown.wamid} if shown.wamid else {})
    await session.execute(update(Message).where(Message.id == message_id).values(**values))
    announce(session, Change(EventKind.MESSAGE_CHANGED, shown.conversation_id, message_id))


async def attempts_at(session: AsyncSession, message_id: int) -> Sequence[Delivery]:
    """All attempts at a message as they are now, in the order they were made."""
    tried = select(Delivery).where(Delivery.message_id == message_id).order_by(Delivery.id)
    return (await session.scalars(tried.execution_options(populate_existing=True))).all()


def attempt_to_show(attempts: Sequence[Delivery]) -> Delivery:
    """`attempts` in the order they were made; at least one."""
    arrived = [attempt for attempt in attempts if attempt.status in ARRIVED]
    if not arrived:
        return attempts[-1]
    return max(arrived, key=lambda attempt: (RANK[DeliveryStatus(attempt.status)], attempt.id))


async def attach_early_reports(session: AsyncSession, delivery: Delivery) -> None:
    """Let the reports that were faster than the send's answer have their effect now."""
    named = [DeliveryReport.opaque == delivery.opaque]
    if delivery.wamid:
        named.append(DeliveryReport.wamid == delivery.wamid)
    waiting = select(DeliveryReport).where(DeliveryReport.delivery_id.is_(None), or_(*named))
    for early in (await session.scalars(waiting)).all():
        early.delivery_id = delivery.id
        await apply(
            session,
            delivery,
            Report(
                early.wamid,
                early.status,
                early.reported_at,
                error_code=early.error_code,
                error_details=early.error_details,
            ),
        )


async def after_failure(session: AsyncSession, attempt: Delivery) -> None:
    """What follows from one that failed, whoever told of it: WhatsApp at once, or later in a report."""
    if attempt.error_code == WINDOW_CLOSED:
        await service_window.refused(session, attempt.conversation_id, attempt.created_at)
    if attempt.error_code == BLOCKED_BY_US:
        await jobs.enqueue(session, FOUND_BLOCKED, str(attempt.conversation_id), run_at=clock.now())
    await drop_rest_of_answer(session, attempt)


async def drop_rest_of_answer(session: AsyncSession, attempt: Delivery) -> None:
    """After a part of Claude's answer did not surely leave, its later parts would be nonsense: they stay here.

    One that is being sent this moment is not touched: what becomes of it is settled by its sender.
    """
    message = (await session.scalars(select(Message).where(Message.id == attempt.message_id))).one()
    if message.turn_id is None:
        return
    rest = (
        select(Delivery)
        .join(Message, Message.id == Delivery.message_id)
        .where(
            Message.turn_id == message.turn_id,
            Delivery.id > attempt.id,
            Delivery.status == DeliveryStatus.QUEUED,
            Delivery.lease_token.is_(None),
        )
        .order_by(Delivery.id)
        .with_for_update(skip_locked=True, key_share=True, of=Delivery)
    )
    for part in (await session.scalars(rest)).all():
        await drop(session, part)
    await jobs.enqueue(session, ANSWER_DID_NOT_LEAVE, str(message.conversation_id), run_at=clock.now())


async def refuse_waiting(session: AsyncSession, conversation_id: int) -> None:
    """The customer is blocked: what waits here fails, as WhatsApp would refuse it. What is being sent it does refuse."""
    waiting = select(Delivery).where(
        Delivery.conversation_id == conversation_id,
        Delivery.status == DeliveryStatus.QUEUED,
        Delivery.lease_token.is_(None),
    )
    waiting = waiting.order_by(Delivery.id).with_for_update(skip_locked=True, key_share=True)
    for attempt in (await session.scalars(waiting)).all():
        attempt.error_code, attempt.error_details = BLOCKED_BY_US, None
        await advance(session, attempt, DeliveryStatus.FAILED)


async def drop(session: AsyncSession, part: Delivery) -> None:
    part.error_code, part.error_details = None, DROPPED
    await advance(session, part, DeliveryStatus.FAILED)


async def has_lost_its_beginning(session: AsyncSession, attempt: Delivery) -> bool:
    """Whether this is a later part of an answer, never tried again by a person, and a part before it did not surely leave."""
    its, part = aliased(Message), aliased(Message)
    earlier = (
        select(Delivery.message_id, Delivery.status)
        .join(part, part.id == Delivery.message_id)
        .join(its, its.turn_id == part.turn_id)
        .where(its.id == attempt.message_id, Delivery.id < attempt.id)
    )
    before = (await session.execute(earlier)).all()
    is_first_try = all(message_id != attempt.message_id for message_id, _ in before)
    return is_first_try and any(status in NOT_SURELY_LEFT for _, status in before)
