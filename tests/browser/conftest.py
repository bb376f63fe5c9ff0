"""The program behind a Chromium, and both ways that news reach a page."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import pytest
from playwright.async_api import Browser as Chromium

from tests.actors import Desk
from tests.browser.actors import Browsers
from tests.browser.collecting_proxy import collecting_proxy

HERE = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.path.is_relative_to(HERE):
            item.add_marker(pytest.mark.browser)


@pytest.fixture
def transport() -> str:
    """How news reach the page; tests that mean both override it with `both_transports`."""
    return "stream"


@asynccontextmanager
async def fronted(transport: str, upstream: str) -> AsyncIterator[str]:
    """The address for browsers: the upstream's own, or that of a proxy which lets no stream pass."""
    if transport == "stream":
        yield upstream
    else:
        async with collecting_proxy(upstream) as address:
            yield address


@pytest.fixture
async def address(transport: str, desk: Desk) -> AsyncIterator[str]:
    async with fronted(transport, desk.address) as front:
        yield front


@pytest.fixture
async def browsers(chromium: Chromium, desk: Desk, address: str, transport: str) -> AsyncIterator[Browsers]:
    """Opens attendants' browsers; at the end none of their consoles may have complained."""
    async with AsyncExitStack() as stack:
        opened = Browsers(chromium, desk, address, transport)
        complaints: list[str] = []

        async def close() -> None:
            complaints.extend(await opened.close())

        stack.push_async_callback(close)
        yield opened
    assert complaints == []
