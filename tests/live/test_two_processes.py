"""Two web processes and two workers on one Postgres: browsers on either show what enters through the other."""

import os
import signal
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
from playwright.async_api import Browser as Chromium
from playwright.async_api import expect

from tests.actors import WhatsApp
from tests.browser.actors import Tab
from tests.browser.links import Link
from tests.engines import only_on
from tests.faults.crew import Crew, crew
from tests.faults.surroundings import whatsapp_at
from tests.people import ANA, MARTA
from tests.redis import running_redis

pytestmark = [only_on("postgres"), pytest.mark.browser, pytest.mark.xdist_group("crew")]


@pytest.fixture(params=["postgres", pytest.param("redis", marks=pytest.mark.redis)])
def bus_url(request: pytest.FixtureRequest) -> Iterator[str]:
    if request.param == "postgres":
        yield ""
        return
    with running_redis(Path(os.environ["RECADO_REDIS_BIN"])) as server:
        yield server.address


@pytest.fixture
async def desks(bus_url: str, database_url: str, tmp_path: Path) -> AsyncIterator[Crew]:
    async with crew(database_url, tmp_path, bus_url, claude=False) as running:
        yield running


@pytest.fixture
async def whatsapp(desks: Crew) -> AsyncIterator[WhatsApp]:
    async with AsyncExitStack() as stack:
        yield await whatsapp_at(desks.simulator, stack)


async def signed_in(chromium: Chromium, stack: AsyncExitStack, address: str) -> Tab:
    """Marta's tab on one of the web processes, with Ana's conversation open and connected."""
    context = await chromium.new_context(locale="pt-BR")
    stack.push_async_callback(context.close)
    page = await context.new_page()
    await page.goto(f"{address}/sign-in?next=/c/1")
    await page.fill("[name=email]", MARTA.email)
    await page.fill("[name=password]", MARTA.password)
    await page.press("[name=password]", "Enter")
    tab = Tab(page, Link("direct"))
    await tab.receives()
    await page.evaluate("window.wasNotReloaded = true")
    return tab


async def test_what_enters_one_process_appears_in_browsers_on_the_other(
    chromium: Chromium, desks: Crew, whatsapp: WhatsApp
) -> None:
    """The simulator brings every webhook to the first; workers send; nobody reloads."""
    await whatsapp.says(ANA, "Bom dia!")
    async with AsyncExitStack() as stack:
        first, second = [await signed_in(chromium, stack, web.address) for web in desks.webs]
        for text in ("Vocês abrem hoje?", "E amanhã?"):
            await whatsapp.says(ANA, text)
            for tab in (first, second):
                await expect(tab.bubble(text)).to_be_visible()
        await second.send("Abrimos até as 19h.")
        for tab in (first, second):
            await expect(tab.bubble("Abrimos até as 19h.")).to_have_attribute("data-status", "delivered")
            await expect(tab.bubbles).to_have_count(4)

        await desks.workers[0].end(signal.SIGKILL)  # the other one goes on
        await first.send("Até já!")
        for tab in (first, second):
            await expect(tab.bubble("Até já!")).to_have_attribute("data-status", "delivered")
            assert await tab.page.evaluate("window.wasNotReloaded")
