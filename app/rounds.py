"""A worker's loop: look for what is due, begin it, sleep until something ends, falls due, or the bell rings."""

import asyncio
import logging
from collections.abc import Awaitable, Callable

from app.db import is_outage
from app.live.bell import Bell

log = logging.getLogger(__name__)

IDLE_SECONDS = 1.0


async def keep_working(
    name: str, round: Callable[[], Awaitable[float]], wake: Bell, under_way: set[asyncio.Task[None]]
) -> None:
    """Until cancelled. `round` begins what is due, as tasks in `under_way`, and gives the seconds until its next look."""
    while True:
        rung = wake.next()  # before looking: a ring meanwhile must not be missed
        try:
            pause = await round()
        except Exception as fault:
            log.error(
                "a worker pauses",
                extra={"worker": name, "fault": type(fault).__name__},
                exc_info=not is_outage(fault),
            )
            pause = IDLE_SECONDS
        waits: set[asyncio.Future[None]] = {rung, *under_way}
        await asyncio.wait(waits, timeout=pause, return_when=asyncio.FIRST_COMPLETED)
