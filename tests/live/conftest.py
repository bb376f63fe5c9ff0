"""A desk at its noon, two attendants with open pages, and one Chromium for all of them."""

import os
import shutil
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from playwright.async_api import Browser as Chromium
from playwright.async_api import async_playwright

from app.live.events import EventKind
from tests.clocks import MovingClock, moving_clock
from tests.live.stage import Stage, noon, opened_stage

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
QUIET = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
BROWSER_FIXTURES = {"chromium", "stage"}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    for item in items:
        if item.path.is_relative_to(here) and BROWSER_FIXTURES.intersection(
            getattr(item, "fixturenames", ())
        ):
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
async def chromium() -> AsyncIterator[Chromium]:
    """The browser; skipped where none is to be had, which in CI is a failure."""
    path = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)
    if path is None:
        reason = "no Chromium here: install it, or name one in CHROMIUM"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=path, args=QUIET)
        yield browser
        await browser.close()


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
