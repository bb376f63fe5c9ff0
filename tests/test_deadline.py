"""The tests' own patience."""

import asyncio

import pytest

from tests.deadline import in_time


async def test_every_test_has_a_deadline(request: pytest.FixtureRequest) -> None:
    assert request.function.__code__ is in_time(request.function).__code__


async def test_a_test_that_waits_for_ever_fails_where_it_waits() -> None:
    with pytest.raises(TimeoutError) as found:
        await in_time(asyncio.Event().wait, 0)()
    assert isinstance(found.value.__cause__, asyncio.CancelledError)


async def test_a_test_in_time_is_not_cancelled_and_its_own_fault_is_told() -> None:
    async def fails() -> None:
        raise ZeroDivisionError

    before = asyncio.all_tasks()
    await in_time(lambda: asyncio.sleep(0), 1)()
    await asyncio.sleep(0)
    assert asyncio.all_tasks() <= before, "it is still being counted"
    with pytest.raises(ZeroDivisionError):
        await in_time(fails, 1)()


def test_a_machine_that_stood_still_says_nothing_against_a_test(monkeypatch: pytest.MonkeyPatch) -> None:
    async def stands_still() -> None:
        await asyncio.sleep(0)  # the first tick is being counted
        loop = asyncio.get_running_loop()
        before = loop.time
        monkeypatch.setattr(loop, "time", lambda: before() + 1000)
        for _ in range(10):
            await asyncio.sleep(0)

    asyncio.run(in_time(stands_still, 3)())
