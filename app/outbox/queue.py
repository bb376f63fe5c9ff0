"""The queue of deliveries: put in with the message, claimed by one sender at a time, no faster than WhatsApp allows."""

import time
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from sqlalchemy import (
    ColumnElement,
    Integer,
    Row,
    Select,
    and_,
    bindparam,
    case,
    exists,
    func,
    insert,
    select,
    update,
)
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.sql.dml import ReturningUpdate

from app import boundaries, clock
from app.boundaries import Boundary
from app.conversations.models import Message
from app.db import UtcDateTime, after_commit, insert_if_new, table_of
from app.live.bell import Bell
from app.outbox.delivery import DeliveryStatus
from app.outbox.models import ContactPace, Delivery, NumberPace
from app.outbox.pace import PROBES_EACH, TO_ONE_CONTACT, Pace
from app.whatsapp.models import Number
from app.whatsapp.request_bodies import with_file

LEASE = timedelta(seconds=15)
MARGIN = timedelta(seconds=5)  # before the end of a lease nobody begins to write any more
UNCONFIRMED_AFTER = timedelta(seconds=120)

UNCONFIRMED = "unconfirmed"  # the job that asks a person about an unknown send; key: the delivery

wake_sender = Bell("outbox")


@dataclass(frozen=True)
class Lease:
    """How long a claim holds, by the clock that all processes read; and by our own, which nobody can set."""

    until: datetime
    certain_until: float  # of time.monotonic()

    @classmethod
    def begun(cls) -> "Lease":
        """From now on. Our own clock is asked first, so that a process frozen in between errs on the safe side."""
        certain_until = time.monotonic() + (LEASE - MARGIN).total_seconds()
        return cls(clock.now() + LEASE, certain_until)

    def is_certain(self) -> bool:
        return time.monotonic() < self.certain_until and clock.now() < self.until - MARGIN


@dataclass
class Claim:
    """A delivery that only we may send, until its lease ends; then it is *unknown*, for it may have left."""

    delivery_id: int
    number_id: int
    token: str
    phone_number_id: str
    payload: dict[str, Any]
    at: datetime
    lease: Lease
    number_is_troubled: bool = False  # WhatsApp asked us to slow down or refused everything, the last time


@dataclass(frozen=True)
class Due:
    """When something falls due: the end of a lease, and the next try of each number."""

    lease: datetime | None
    tries: dict[int, datetime]


async def queue(
    session: AsyncSession,
    message: Message,
    payload: dict[str, Any],
    *,
    waits_for_file: bool = False,
    held_for: timedelta = timedelta(),
) -> Delivery:
    """Put one attempt at a message into the queue, in the transaction that stores or retries it.

    `payload` is Graph's JSON without the mark that tells our attempts apart; that is added here. One that
    `waits_for_file` keeps its place and holds those behind it, and leaves after `file_is_there`; so does one that is
    `held_for` a while, for its writer to take back.
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
        next_try_at=None if waits_for_file else now + held_for,
    )
    session.add(attempt)
    await session.flush()
    after_commit(session, "outbox", wake_sender.ring)
    return attempt


def waits_for_file() -> ColumnElement[bool]:
    return and_(Delivery.status == DeliveryStatus.QUEUED, Delivery.next_try_at.is_(None))


def waiting_for_file(message_id: int) -> Select[Delivery]:
    """The attempts at this message that cannot leave before its file is at WhatsApp."""
    theirs = select(Delivery).where(Delivery.message_id == message_id, waits_for_file())
    return theirs.order_by(Delivery.id).with_for_update(key_share=True)


async def file_is_there(session: AsyncSession, message_id: int, media_id: str) -> None:
    """WhatsApp has the file: what waited for it may leave."""
    for attempt in (await session.scalars(waiting_for_file(message_id))).all():
        attempt.payload = with_file(attempt.payload, media_id)
        attempt.next_try_at = clock.now()
    after_commit(session, "outbox", wake_sender.ring)


DELIVERIES, NUMBERS = table_of(Delivery), table_of(Number)
NUMBER_PACES, CONTACT_PACES = table_of(NumberPace), table_of(ContactPace)


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
    """Takes the oldest deliveries of a number that may leave, one of each conversation.

    Who executes it holds the number's pace, so no two do so for one number; and each sees what the last one did.
    """
    now, is_free = bindparam("now", type_=UtcDateTime()), DELIVERIES.c.lease_token.is_(None)
    its_contact = CONTACT_PACES.c.conversation_id == DELIVERIES.c.conversation_id
    may_leave = select(DELIVERIES.c.id).where(
        DELIVERIES.c.number_id == bindparam("number"),
        DELIVERIES.c.next_try_at <= now,
        is_free,
        is_first(),
        ~exists().where(its_contact, CONTACT_PACES.c.free_at > now),
    )
    oldest = may_leave.order_by(DELIVERIES.c.id).limit(bindparam("at_most", type_=Integer()))
    chosen = oldest.with_for_update(skip_locked=True).cte("chosen")  # Postgres reads it once, for it locks
    is_chosen = DELIVERIES.c.id.in_(select(chosen.c.id))
    lease = {
        "lease_token": bindparam("token"),
        "lease_until": bindparam("until", type_=UtcDateTime()),
        "tries": DELIVERIES.c.tries + 1,
    }
    taken = update(DELIVERIES).where(is_chosen, is_free, DELIVERIES.c.status == DeliveryStatus.QUEUED)
    contact_free_at = select(CONTACT_PACES.c.free_at).where(its_contact).correlate(DELIVERIES)
    told = DELIVERIES.c["id", "conversation_id", "payload"]
    return taken.values(lease).returning(*told, contact_free_at.scalar_subquery().label("contact_free_at"))


def later(moment: ColumnElement[Any], other: ColumnElement[Any]) -> ColumnElement[Any]:
    """The later of two moments; the second may be missing."""
    known = func.coalesce(other, moment)
    return case((moment > known, moment), else_=known)


# Built once: the sender asks them at every turn.
CLAIMING = claiming()
PACE = (
    select(NUMBER_PACES, NUMBERS.c.phone_number_id)
    .join(NUMBERS, NUMBERS.c.id == NUMBER_PACES.c.number_id)
    .where(NUMBER_PACES.c.number_id == bindparam("number"))
    .with_for_update(key_share=True, of=NUMBER_PACES)
)
SPENDING = update(NUMBER_PACES).where(NUMBER_PACES.c.number_id == bindparam("number"))
SPENDING = SPENDING.values(free_at=bindparam("free_at", type_=UtcDateTime()))
CONTACT_BEGINS = insert(CONTACT_PACES)
CONTACT_SPENDS = update(CONTACT_PACES).where(CONTACT_PACES.c.conversation_id == bindparam("conversation"))
CONTACT_SPENDS = CONTACT_SPENDS.values(free_at=bindparam("moment", type_=UtcDateTime()))
MAY_LEAVE_AT = later(later(DELIVERIES.c.next_try_at, NUMBER_PACES.c.free_at), CONTACT_PACES.c.free_at)
IS_FREE = and_(DELIVERIES.c.lease_token.is_(None), DELIVERIES.c.next_try_at.is_not(None))
FALLS_DUE = (
    select(
        DELIVERIES.c.number_id,
        func.min(DELIVERIES.c.lease_until).label("lease"),
        func.min(case((IS_FREE, MAY_LEAVE_AT))).label("try"),
    )
    .outerjoin(NUMBER_PACES, NUMBER_PACES.c.number_id == DELIVERIES.c.number_id)
    .outerjoin(CONTACT_PACES, CONTACT_PACES.c.conversation_id == DELIVERIES.c.conversation_id)
    .where(is_first())
    .group_by(DELIVERIES.c.number_id)
)


async def claim(session: AsyncSession, number_id: int, pace: Pace, at_most: int) -> list[Claim]:
    """The oldest deliveries of a number that may leave now, ours from here on: at most so many, and as its limit allows."""
    lease, token = Lease.begun(), str(uuid4())
    now = lease.until - LEASE
    number = await pace_of(session, number_id)
    at_most = min(at_most, pace.room(number.free_at, now), 1 if number.stopped_code is not None else at_most)
    if at_most < 1:
        return []
    asked = {"number": number_id, "now": now, "at_most": at_most, "token": token, "until": lease.until}
    rows = (await session.execute(CLAIMING, asked)).all()
    if rows:
        boundaries.passed(Boundary.DELIVERY_CLAIMED)
        is_probe = number.stopped_code is not None
        free_at = now + PROBES_EACH if is_probe else pace.after(number.free_at, now, len(rows))
        await session.execute(SPENDING, {"number": number_id, "free_at": free_at})
        await spend_on_contacts(session, rows, now)
    troubled = number.slowdowns > 0 or number.stopped_code is not None
    return [
        Claim(row.id, number_id, token, number.phone_number_id, row.payload, now, lease, troubled)
        for row in sorted(rows, key=lambda row: int(row.id))
    ]


async def pace_of(session: AsyncSession, number_id: int) -> Row[Any]:
    """The number's pace, which nobody else changes until this transaction ends."""
    row = (await session.execute(PACE, {"number": number_id})).first()
    if row is not None:
        return row
    long_ago = clock.now() - timedelta(days=1)
    begun = {"number_id": number_id, "free_at": long_ago, "slowdowns": 0}
    await insert_if_new(session, NumberPace, begun, unique=["number_id"])
    return (await session.execute(PACE, {"number": number_id})).one()


async def spend_on_contacts(session: AsyncSession, rows: list[Any], now: datetime) -> None:
    """A message leaves to each of these; nobody else does so at once, for the number's pace is ours."""
    after = {row.conversation_id: TO_ONE_CONTACT.after(row.contact_free_at, now) for row in rows}
    new = [row.conversation_id for row in rows if row.contact_free_at is None]
    known = [row.conversation_id for row in rows if row.contact_free_at is not None]
    if new:
        await session.execute(
            CONTACT_BEGINS, [{"conversation_id": one, "free_at": after[one]} for one in new]
        )
    if known:
        await session.execute(CONTACT_SPENDS, [{"conversation": one, "moment": after[one]} for one in known])


async def renew(session: AsyncSession, claim: Claim, lease: Lease) -> bool:
    """Keep a claim for another lease; False when it ran out. Once committed, `lease` is the claim's."""
    ours = update(Delivery).where(Delivery.id == claim.delivery_id, Delivery.lease_token == claim.token)
    kept = await session.execute(ours.values(lease_until=lease.until).returning(Delivery.id))
    return kept.first() is not None


async def give_back(session: AsyncSession, claim: Claim) -> bool:
    """Nothing was written: free again for everybody; False when it is no longer ours, and then it stays what it is."""
    ours = update(Delivery).where(Delivery.id == claim.delivery_id, Delivery.lease_token == claim.token)
    freed = ours.values(lease_token=None, lease_until=None, tries=Delivery.tries - 1)
    return (await session.execute(freed.returning(Delivery.id))).first() is not None


async def next_due(session: AsyncSession) -> Due:
    """When something falls due; nothing does when the queue is empty."""
    rows = (await session.execute(FALLS_DUE)).mappings().all()
    leases = [row["lease"] for row in rows if row["lease"] is not None]
    tries = {row["number_id"]: row["try"] for row in rows if row["try"] is not None}
    return Due(min(leases, default=None), tries)
