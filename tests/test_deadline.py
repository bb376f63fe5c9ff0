"""The tests' own patience."""

import asyncio

import pytest

from tests.deadline import in_time


async def test_a_test_that_waits_for_ever_fails_where_it_waits() -> None:
    with pytest.raises(TimeoutError) as found:
        await in_time(asyncio.Event().wait, 0)()
    assert isinstance(found.value.__cause__, asyncio.CancelledError)


async def test_a_test_in_time_is_not_cancelled_and_its_own_fault_is_told() -> None:
    async def fails() -> None:
        raise ZeroDivisionError

    await in_time(lambda: asyncio.sleep(0), 1)()
    with pytest.raises(ZeroDivisionError):
        await in_time(fails, 1)()
