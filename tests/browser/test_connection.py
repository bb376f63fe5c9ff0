"""Nothing is lost when the connection is: network down, server restarted, session ended, a stream in crumbs."""

import re

from playwright.async_api import Browser as Chromium
from playwright.async_api import Route, expect

from app.live.stopping import stopping
from tests.actors import Desk, WhatsApp, running_desk
from tests.browser.actors import LOST, Browsers
from tests.browser.links import Link, both_transports, fronted, not_through
from tests.browser.wire import wire
from tests.people import ANA, BRUNO


@both_transports
async def test_what_happens_while_the_network_is_down_is_there_once_it_is_back(
    browsers: Browsers, whatsapp: WhatsApp, link: str
) -> None:
    await whatsapp.says(ANA, "Oi")
    browser = await browsers.of()
    browser.expects(*LOST)
    tab = await browser.tab("/c/1")
    await tab.receives()
    await browser.context.set_offline(True)
    await expect(tab.page.locator("#live-status")).to_have_attribute("data-state", "offline")
    for text in ("um", "dois", "três"):
        await whatsapp.says(ANA, text)
    await whatsapp.says(BRUNO, "quatro")

    await browser.context.set_offline(False)
    await expect(tab.rows.first).to_contain_text("quatro")
    await tab.receives()
    assert [await bubble.locator("bdi").inner_text() for bubble in await tab.bubbles.all()] == [
        "Oi",
        "um",
        "dois",
        "três",
    ]


@both_transports
async def test_a_cut_connection_is_made_again_and_nothing_comes_twice(
    browsers: Browsers, whatsapp: WhatsApp, link: str
) -> None:
    await whatsapp.says(ANA, "Oi")
    async with wire(browsers.address) as network:
        browser = await browsers.of(at=network.address)
        browser.expects(*LOST)
        tab = await browser.tab("/c/1")
        await tab.receives()
        for text in ("um", "dois", "três"):
            await network.cut()
            await whatsapp.says(ANA, text)
            await expect(tab.bubble(text)).to_be_visible()
        await expect(tab.bubbles).to_have_count(4)
        await tab.page.close()


@both_transports
async def test_a_tab_that_is_open_while_the_server_restarts_goes_on_by_itself(
    chromium: Chromium, database_url: str, link: str
) -> None:
    async with wire(None) as network, fronted(link, network.address) as front:
        async with running_desk(database_url) as desk:
            network.upstream = desk.address
            await desk.whatsapp.says(ANA, "antes")
            browsers = Browsers(chromium, desk, front, Link(link))
            browser = await browsers.of()
            browser.expects(*LOST, "502")
            tab = await browser.tab("/c/1")
            await tab.receives()
            stopping.set()
            network.upstream = None
        await expect(tab.page.locator("#live-status")).to_have_attribute("data-state", "offline")
        async with running_desk(database_url) as desk:
            await desk.whatsapp.says(ANA, "durante")
            network.upstream = desk.address
            await expect(tab.bubble("durante")).to_be_visible()
            # Two streams that failed meanwhile let it prove anew which transport passes; until then it polls.
            await expect(tab.page.locator("#live-status")).to_have_attribute(
                "data-state", re.compile("live|polling")
            )
            await tab.send("Estamos de volta")
            assert await browsers.close() == []


@both_transports
async def test_once_the_session_has_ended_the_tab_asks_to_sign_in_and_leads_back(
    desk: Desk, browsers: Browsers, whatsapp: WhatsApp, link: str
) -> None:
    await whatsapp.says(ANA, "Oi")
    browser = await browsers.of()
    browser.expects("401")
    tab = await browser.tab("/c/1")
    await tab.receives()
    await desk.marta.post("/sign-out", htmx=False)
    await whatsapp.says(ANA, "Alguém?")
    await expect(tab.page).to_have_url(re.compile("/sign-in"))

    await tab.page.locator('input[name="email"]').fill(desk.marta.attendant.email)
    await tab.page.locator('input[name="password"]').fill(desk.marta.attendant.password)
    await tab.page.locator('input[name="password"]').press("Enter")
    await expect(tab.bubble("Alguém?")).to_be_visible()
    await expect(tab.page).to_have_url(re.compile("/c/1$"))


@not_through("collecting", reason="there is no stream to split")
async def test_a_stream_split_after_every_byte_is_understood_and_accents_survive(
    browsers: Browsers, whatsapp: WhatsApp
) -> None:
    text = "Ação, pão, coração… 👩🏽‍🍳🌻 <b>日本</b>"
    await whatsapp.says(ANA, "Oi")
    async with wire(browsers.address, one_byte_at_a_time=True) as network:
        tab = await (await browsers.of(at=network.address)).tab("/c/1")
        await tab.receives()
        await whatsapp.says(ANA, text)
        await expect(tab.bubble(text)).to_be_visible()
        await expect(tab.row(ANA)).to_contain_text(text)
        assert network.stream_bytes > 1000
        await tab.page.close()


@both_transports
async def test_a_page_that_could_not_be_fetched_anew_is_fetched_again(
    browsers: Browsers, whatsapp: WhatsApp, link: str
) -> None:
    await whatsapp.says(ANA, "Oi")
    browser = await browsers.of()
    browser.expects(*LOST, "502")
    tab = await browser.tab("/c/1")
    await tab.receives()
    fetched: list[Route] = []

    async def lose(route: Route) -> None:
        fetched.append(route)
        await (route.abort("connectionreset") if len(fetched) == 1 else route.fulfill(status=502))

    await tab.page.route("**/c/1", lose, times=2)
    await browsers.desk.marta.post("/settings", {"blue_ticks": "on"})
    await expect(tab.page.locator("#app")).to_have_attribute("data-blue-ticks", "")
    assert len(fetched) == 2


async def test_a_click_that_does_not_get_through_says_so(browsers: Browsers, whatsapp: WhatsApp) -> None:
    await whatsapp.says(ANA, "Oi")
    await whatsapp.says(BRUNO, "Boa tarde")
    browser = await browsers.of()
    browser.expects(*LOST)
    tab = await browser.tab("/c/1")
    await tab.receives()
    await browser.context.set_offline(True)
    await tab.row(BRUNO).locator(".row__link").click()
    await expect(tab.page.locator("#toast")).to_contain_text("conexão")
    await expect(tab.bubble("Oi")).to_be_visible()
    await browser.context.set_offline(False)
    await tab.choose(BRUNO)
