"""The program behind a Chromium, and what lies between them."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
from playwright.async_api import Browser as Chromium

from tests.actors import Desk
from tests.browser import links
from tests.browser.actors import Browsers

HERE = Path(__file__).parent


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--browser-link",
        choices=links.LINKS,
        help="take every browser test through this, on SQLite alone",
    )


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.path.is_relative_to(HERE):
            item.add_marker(pytest.mark.browser)


@pytest.hookimpl(tryfirst=True)
def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "link" in metafunc.fixturenames:
        links.parametrize(metafunc)


@pytest.fixture
def link() -> str:
    """What lies between browser and program; `links.parametrize` says which."""
    raise NotImplementedError


@pytest.fixture
async def address(link: str, desk: Desk) -> AsyncIterator[str]:
    async with links.fronted(link, desk.address) as front:
        yield front


@pytest.fixture
async def browsers(chromium: Chromium, desk: Desk, address: str, link: str) -> AsyncIterator[Browsers]:
    """Opens attendants' browsers; at the end none of their consoles may have complained."""
    async with AsyncExitStack() as stack:
        way = links.Link(link, desk.program if link == "restarting" else None)
        stack.push_async_callback(way.is_up)
        opened = Browsers(chromium, desk, address, way)
        complaints: list[str] = []

        async def close() -> None:
            complaints.extend(await opened.close())

        stack.push_async_callback(close)
        yield opened
    assert complaints == []
