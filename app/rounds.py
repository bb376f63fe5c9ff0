"""A worker's loop: look for what is due, begin it, sleep until something ends, falls due, or the bell rings."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager, suppress
from typing import Any, TypeVar

from app.db import is_outage
from app.live.bell import Bell
from app.live.stopping import stopping

log = logging.getLogger(__name__)

IDLE_SECONDS = 1.0
PATIENCE_AT_STOP_SECONDS = 5.0  # for what is under way when the process is told to stop

Found = TypeVar("Found")


async def keep_working(
    name: str, round: Callable[[], Coroutine[Any, Any, float]], wake: Bell, under_way: set[asyncio.Task[None]]
) -> None:
    """Until cancelled, or the process stops. `round` begins what is due, as tasks in `under_way`; it gives the seconds
    until its next look."""
    while not stopping.is_set():
        rung = wake.next()  # before looking: a ring meanwhile must not be missed
        try:
            pause = await to_its_end(round())
        except Exception as fault:
            log.error(
                "a worker pauses",
                extra={"worker": name, "fault": type(fault).__name__},
                exc_info=not is_outage(fault),
            )
            pause = IDLE_SECONDS
        waits: set[asyncio.Future[None]] = {rung, *under_way}
        waiting = asyncio.ensure_future(asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED))
        await stopping.or_until(waiting, pause)
        waiting.cancel()


async def to_its_end(
    work: Coroutine[Any, Any, Found], *, patience_seconds: float | None = PATIENCE_AT_STOP_SECONDS
) -> Found:
    """What `work` gives. Told to leave meanwhile we wait for its end first: a transaction is never cut in the middle.

    `patience_seconds` None: however long it takes, for `work` itself keeps to a time.
    """
    task = asyncio.ensure_future(work)
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        await asyncio.wait({task}, timeout=patience_seconds)
        task.add_done_callback(tell_fault)
        raise


def tell_fault(task: "asyncio.Task[Any]") -> None:
    """Nobody waits for this one any more; what went wrong in it is still told, unless it was the database's going."""
    if not task.cancelled() and (fault := task.exception()) is not None and not is_outage(fault):
        log.error("work failed at the end", extra={"fault": type(fault).__name__}, exc_info=fault)


@asynccontextmanager
async def running(work: Coroutine[Any, Any, Any], name: str) -> AsyncIterator[None]:
    """A task beside the doors; cancelled when they close."""
    task = asyncio.create_task(work, name=name)
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
