"""Keeps the program's time together with the database's, or WhatsApp's on SQLite, and repairs what a clock that was put
back leaves behind."""

import asyncio
import logging
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

from sqlalchemy import func, select

from app import clock, jobs
from app.clock import Reading
from app.db import database, is_outage, reading, transaction
from app.jobs_table import LONGEST_WAITS
from app.outbox import times
from app.rounds import running

log = logging.getLogger(__name__)

EVERY_SECONDS = 30
JUMP = timedelta(
    seconds=1
)  # this machine's clock against its own monotonic one: it was put, or the machine slept
SLOWEST_READING_SECONDS = 1.0  # an answer that took longer does not tell the time well enough
WRONG = timedelta(seconds=30)  # further from WhatsApp's whole seconds this machine's clock is not believed

_apart_when_read: timedelta | None = None  # `distance()` when WhatsApp's clock was read


@asynccontextmanager
async def together_with_the_database() -> AsyncIterator[None]:
    """While the block lasts this process tells the database's time, from before anything is stamped with it."""
    await set_right()
    try:
        async with running(keep_time(), "time"):
            yield
    finally:
        _follow_whatsapp(None)


async def keep_time() -> None:
    """Until cancelled: read the database's clock each half minute, and at once when this machine's was put."""
    while True:
        await wait_or_jump()
        try:
            await set_right()
        except Exception as fault:
            if not is_outage(fault):
                raise
            log.warning("the time could not be compared", extra={"fault": type(fault).__name__})


async def set_right() -> None:
    """Tell the database's time from here on, and let nothing wait for a time that cannot be."""
    await read_database_clock()
    async with transaction() as session:
        repaired = await jobs.repair_times(session, LONGEST_WAITS) + await times.repair_times(session)
    if repaired:
        log.warning("the clock had been put back", extra={"repaired": repaired})


async def read_database_clock() -> None:
    """On SQLite this machine's clock is the database's, and there is nothing to read. What WhatsApp's showed is forgotten
    once this machine's has jumped: it may have slept, which its monotonic clock does not count."""
    if database().is_sqlite:
        if _apart_when_read is not None and abs(distance() - _apart_when_read) > JUMP:
            _follow_whatsapp(None)
        return
    async with reading() as session:
        await session.connection()  # what connecting takes is not the clock's
        asked = time.monotonic()
        shown = (await session.execute(select(func.clock_timestamp()))).scalar_one()
        answered = time.monotonic()
    if answered - asked <= SLOWEST_READING_SECONDS:
        clock.follow(Reading(shown.astimezone(UTC), (asked + answered) / 2))


def believe_whatsapp(shown: datetime) -> None:
    """Takes the time (UTC) that came with an answer of WhatsApp's. Where no database tells that this machine's clock is
    wrong, WhatsApp does: else one that is a day ahead would refuse every reply, since the window seems closed."""
    if not database().is_sqlite or abs(shown - clock.now()) <= WRONG:
        return
    machine_is_right = abs(shown - clock.system_time()) <= WRONG
    _follow_whatsapp(None if machine_is_right else Reading(shown, time.monotonic()))


def _follow_whatsapp(reading: Reading | None) -> None:
    global _apart_when_read
    _apart_when_read = distance() if reading else None
    clock.follow(reading)


async def wait_or_jump() -> None:
    """Returns after half a minute, or as soon as this machine's clock has left the monotonic one."""
    apart = distance()
    for _ in range(EVERY_SECONDS):
        await asyncio.sleep(1)
        if abs(distance() - apart) > JUMP:
            return


def distance() -> timedelta:
    """How far this machine's clock is from its monotonic one; it changes when somebody puts it."""
    return clock.system_time() - clock.EARLIEST - timedelta(seconds=time.monotonic())
