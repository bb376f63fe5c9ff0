"""How long a test waits: whoever waits for ever fails where it waits, and a machine that stands still is not blamed for it."""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from functools import wraps
from typing import Any

LONGEST_TEST_SECONDS = 600  # the longest takes 70, where nothing else runs
TICK_SECONDS = 0.1

AsyncTest = Callable[..., Coroutine[Any, Any, object]]


def in_time(test: AsyncTest, seconds: float = LONGEST_TEST_SECONDS) -> AsyncTest:
    """This test, which fails with TimeoutError after so long."""

    @wraps(test)
    async def limited(*args: Any, **kwargs: Any) -> None:
        async with patience(seconds):
            await test(*args, **kwargs)

    return limited


@asynccontextmanager
async def patience(seconds: float) -> AsyncIterator[None]:
    """What happens in here fails with TimeoutError after so many seconds, of which each is seen to pass."""
    async with asyncio.timeout(None) as limit:
        counting = asyncio.create_task(count_down(limit, seconds))
        try:
            yield
        finally:
            counting.cancel()


async def count_down(limit: asyncio.Timeout, seconds: float) -> None:
    """Tick by tick: however long the machine stands still, it is one tick that passes meanwhile."""
    for _ in range(round(seconds / TICK_SECONDS)):
        await asyncio.sleep(TICK_SECONDS)
    limit.reschedule(asyncio.get_running_loop().time())
