"""The arithmetic of the limits."""

from bisect import bisect_left
from datetime import UTC, datetime, timedelta

import pytest

from app.outbox.pace import TO_ONE_CONTACT, Pace

START = datetime(2026, 11, 23, 9, tzinfo=UTC)


def leaving(pace: Pace, looks: list[datetime]) -> list[datetime]:
    """When messages leave if ever so many wait and somebody looks at these moments."""
    free_at, left = None, []
    for now in looks:
        room = pace.room(free_at, now)
        if room:
            free_at = pace.after(free_at, now, room)
            left += [now] * room
    return left


@pytest.mark.parametrize("limit", [1, 2, 7, 19, 20, 80, 1000])
@pytest.mark.parametrize("every_milliseconds", [1, 13, 50, 370])
def test_no_second_ever_sees_more_than_the_limit(limit: int, every_milliseconds: int) -> None:
    looks = [START + timedelta(milliseconds=step) for step in range(0, 5000, every_milliseconds)]
    left = leaving(Pace.per_second(limit), looks)
    for first, at in enumerate(left):
        assert bisect_left(left, at + timedelta(seconds=1)) - first <= limit


@pytest.mark.parametrize("limit", [1, 7, 20, 80])
def test_who_looks_often_loses_hardly_anything_of_the_limit(limit: int) -> None:
    looks = [START + timedelta(milliseconds=step) for step in range(0, 10_000, 10)]
    assert len(leaving(Pace.per_second(limit), looks)) >= 10 * limit * 0.85


def test_one_contact_gets_45_at_once_and_then_one_each_six_seconds() -> None:
    looks = [START + timedelta(seconds=second) for second in range(61)]
    left = leaving(TO_ONE_CONTACT, looks)
    assert [left.count(at) for at in looks] == [45] + [1 if second % 6 == 0 else 0 for second in range(1, 61)]


def test_a_long_pause_is_worth_one_burst_and_no_more() -> None:
    looks = [START, START + timedelta(days=30)]
    assert len(leaving(TO_ONE_CONTACT, looks)) == 90


def test_what_may_leave_again_may_leave_exactly_then() -> None:
    pace = Pace.per_second(7)
    free_at = pace.after(None, START, pace.room(None, START))
    assert pace.room(free_at, free_at - timedelta(microseconds=1)) == 0
    assert pace.room(free_at, free_at) == 1
