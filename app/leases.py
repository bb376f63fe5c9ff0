"""Keeping what we hold while we work on it."""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from app.db import is_outage

log = logging.getLogger(__name__)

RENEW_SECONDS = 5.0


@asynccontextmanager
async def kept(renew: Callable[[], Awaitable[bool]]) -> AsyncIterator[None]:
    """Call `renew` every few seconds while the block runs, until it says that the lease is no longer ours.

    The end is asked for, not forced: a cancelled transaction would take the one writing connection with it.
    """
    over = asyncio.Event()
    keeper = asyncio.create_task(keep(renew, over))
    try:
        yield
    finally:
        over.set()
        await keeper


async def keep(renew: Callable[[], Awaitable[bool]], over: asyncio.Event) -> None:
    while True:
        try:
            await asyncio.wait_for(over.wait(), RENEW_SECONDS)
            return
        except TimeoutError:
            pass
        try:
            if not await renew():
                return
        except Exception as fault:
            if not is_outage(fault):
                raise
            log.warning("a lease could not be renewed", extra={"fault": type(fault).__name__})
