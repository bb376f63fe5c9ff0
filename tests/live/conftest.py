"""A desk at its noon, and two attendants with open pages."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from playwright.async_api import Browser as Chromium

from app.live.events import EventKind
from tests.clocks import MovingClock, moving_clock
from tests.live.stage import Stage, noon, opened_stage

BROWSER_FIXTURES = {"chromium", "stage"}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    for item in items:
        if item.path.is_relative_to(here) and BROWSER_FIXTURES.intersection(
            getattr(item, "fixturenames", ())
        ):
            item.add_marker(pytest.mark.browser)


@pytest.fixture
def hand() -> Iterator[MovingClock]:
    """The hand that moves the program's clock; it begins at the business's noon, far from any midnight."""
    with moving_clock() as moving:
        moving.ahead = noon() - moving()
        yield moving


@pytest.fixture
async def stage(
    hand: MovingClock, database_url: str, chromium: Chromium, request: pytest.FixtureRequest
) -> AsyncIterator[Stage]:
    """Everybody in place. What a test promises by `shows` must have been logged while the pages were open."""
    async with opened_stage(database_url, chromium, hand) as ready:
        yield ready
        promised: frozenset[EventKind] = getattr(request.function, "shows", frozenset())
        missing = promised - await ready.kinds_since_opening()
        assert not missing, f"the test never made these happen: {missing}"
