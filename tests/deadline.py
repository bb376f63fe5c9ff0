"""A test that waits for ever fails where it waits."""

import asyncio
from collections.abc import Callable, Coroutine
from functools import wraps
from typing import Any

PATIENCE_SECONDS = 600  # the longest takes 70, where nothing else runs

AsyncTest = Callable[..., Coroutine[Any, Any, object]]


def in_time(test: AsyncTest, seconds: int = PATIENCE_SECONDS) -> AsyncTest:
    """This test, which fails with TimeoutError after so long."""

    @wraps(test)
    async def limited(*args: Any, **kwargs: Any) -> None:
        async with asyncio.timeout(None) as patience:
            counting = asyncio.create_task(count_down(patience, seconds))
            try:
                await test(*args, **kwargs)
            finally:
                counting.cancel()

    return limited


async def count_down(patience: asyncio.Timeout, seconds: int) -> None:
    """One by one: a machine that stands still for minutes says nothing against the test."""
    for _ in range(seconds):
        await asyncio.sleep(1)
    patience.reschedule(asyncio.get_running_loop().time())
