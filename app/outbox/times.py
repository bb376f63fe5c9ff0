"""After the clock was put back: nothing of the outbox waits for a time that cannot be."""

from datetime import timedelta

from sqlalchemy import and_, case, literal, or_, update
from sqlalchemy.ext.asyncio import AsyncSession

from app import clock
from app.db import UtcDateTime
from app.jobs import LOCKED
from app.outbox.backoff import GIVE_UP_AFTER
from app.outbox.delivery import DeliveryStatus
from app.outbox.queue import CONTACT_PACES, DELIVERIES, LEASE, NUMBER_PACES

CLOCKS_APART = timedelta(minutes=1)  # two processes' clocks; more was a clock that has been put back since
LONGEST_DEBT = timedelta(minutes=10)  # of a contact that got a whole burst at once


async def repair_times(session: AsyncSession) -> int:
    """What was queued in the future is tried now, no lease is longer than it can be, no pace is in debt for longer.

    Gives how many there were. A try is never put off beyond `GIVE_UP_AFTER`, so a wait needs no repair of its own.
    """
    now = clock.now()
    early = update(DELIVERIES).where(
        DELIVERIES.c.status == DeliveryStatus.QUEUED, DELIVERIES.c.created_at > now + CLOCKS_APART
    )
    tried_now = case(
        (DELIVERIES.c.next_try_at.is_not(None), literal(now, UtcDateTime()))
    )  # else its file is not there
    held = update(DELIVERIES).where(DELIVERIES.c.lease_until > now + LEASE + LOCKED)
    contacts = update(CONTACT_PACES).where(CONTACT_PACES.c.free_at > now + LONGEST_DEBT)
    of_numbers, soon = NUMBER_PACES.c, now + CLOCKS_APART
    is_not_slowed = and_(of_numbers.slowdowns == 0, of_numbers.free_at > soon)
    is_slowed_for_longer_than_ever = of_numbers.free_at > soon + GIVE_UP_AFTER
    numbers = update(NUMBER_PACES).where(
        or_(is_not_slowed, is_slowed_for_longer_than_ever, of_numbers.slowed_at > soon)
    )
    repairs = (
        early.values(created_at=now, next_try_at=tried_now).returning(DELIVERIES.c.id),
        held.values(lease_until=now + LEASE).returning(DELIVERIES.c.id),
        contacts.values(free_at=now).returning(CONTACT_PACES.c.conversation_id),
        numbers.values(free_at=now, slowed_at=None).returning(NUMBER_PACES.c.number_id),
    )
    return sum([len((await session.execute(repair)).all()) for repair in repairs])
