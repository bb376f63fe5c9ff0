"""What is loaded only once the page works: its first use waits for it, and loses nothing."""

import asyncio

from playwright.async_api import Route, expect

from tests.actors import WhatsApp
from tests.browser.actors import Browsers, RealBrowser, Tab
from tests.browser.test_files import PHOTO, drop, waiting
from tests.people import ANA
from tests.quick_replies.test_quick_replies import kept

LATER = "**/js/{rest,uploading,suggestions,notes,outgoing,thread_search}.js"


async def at_anas(browser: RealBrowser, whatsapp: WhatsApp) -> Tab:
    await whatsapp.says(ANA, "Oi")
    tab = await browser.tab("/c/1")
    await tab.receives()
    return tab


async def held_back(browser: RealBrowser) -> asyncio.Event:
    """What comes later does not come before this is set."""
    may_come = asyncio.Event()

    async def wait(route: Route) -> None:
        await may_come.wait()
        await route.continue_()

    await browser.context.route(LATER, wait)
    return may_come


async def test_a_page_at_rest_has_brought_what_comes_later(browsers: Browsers, whatsapp: WhatsApp) -> None:
    tab = await at_anas(await browsers.of(), whatsapp)
    await expect(tab.page.locator('head link[href$="/css/later.css"]')).to_be_attached()
    later = await tab.page.locator('meta[name="later"]').get_attribute("content")
    assert later
    asked = {one.url.rpartition("/")[2] for one in browsers.opened[-1].requests}
    assert {one.rpartition("/")[2] for one in later.split()} <= asked


async def test_what_is_done_before_the_rest_has_come_is_done_once_it_is_there(
    browsers: Browsers, whatsapp: WhatsApp
) -> None:
    """PRODUCT: a page of at most 60 KB. A slow link: a file is dropped, a button pressed three times out of impatience."""
    browser = await browsers.of()
    may_come = await held_back(browser)
    tab = await at_anas(browser, whatsapp)
    await drop(tab, PHOTO)
    for _ in range(3):
        await tab.page.get_by_role("button", name="Emoji").click()
    panel = tab.page.locator("#emoji-panel")
    await expect(panel).to_be_hidden()
    await expect(waiting(tab)).to_have_count(0)
    may_come.set()
    await expect(panel).to_be_visible()
    await expect(waiting(tab)).to_have_count(1)


async def test_quick_replies_are_offered_for_what_was_typed_before_they_could_be(
    browsers: Browsers, whatsapp: WhatsApp
) -> None:
    await kept(browsers.desk.marta, "horario", "Abrimos às 9h.")
    browser = await browsers.of()
    may_come = await held_back(browser)
    tab = await at_anas(browser, whatsapp)
    await tab.text_box.press_sequentially("/hor")
    offered = tab.page.get_by_role("option", name="/horario")
    await tab.text_box.press("Enter")
    await expect(tab.text_box).to_have_value("/hor")  # and nothing is sent
    await expect(offered).to_have_count(0)
    may_come.set()
    await expect(offered).to_be_visible()
    await expect(tab.bubbles).to_have_count(1)


async def test_who_walks_through_hits_before_the_rest_has_come_arrives_once_it_is_there(
    browsers: Browsers, whatsapp: WhatsApp
) -> None:
    browser = await browsers.of()
    may_come = await held_back(browser)
    tab = await at_anas(browser, whatsapp)
    await tab.page.locator('[data-command="search-in-thread"]').click()
    await tab.page.locator("#thread-search-words").press_sequentially("oi")
    hit = tab.page.locator("#hits-in-drawer a[data-jump]")
    await expect(hit).to_have_count(1)
    await tab.page.keyboard.press("Enter")
    await expect(hit).not_to_have_attribute("aria-current", "true")
    may_come.set()
    await expect(hit).to_have_attribute("aria-current", "true")


async def test_what_does_not_come_is_told_and_asked_for_again_at_the_next_use(
    browsers: Browsers, whatsapp: WhatsApp
) -> None:
    """A browser asks only once for a module that fails: so none is imported before it has come."""
    browser = await browsers.of()
    browser.expects("net::ERR_FAILED")

    async def cut(route: Route) -> None:
        await route.abort()

    await browser.context.route(LATER, cut)
    tab = await at_anas(browser, whatsapp)
    emoji = tab.page.get_by_role("button", name="Emoji")
    await emoji.click()
    told = tab.page.locator("#toast")
    await expect(told).to_have_text("Não foi feito: sem conexão. Tente de novo daqui a pouco.")
    await expect(tab.page.locator("#emoji-panel")).to_be_hidden()
    await tab.send("Já volto")  # which needs nothing of it
    await browser.context.unroute(LATER)
    await emoji.click()
    await expect(tab.page.locator("#emoji-panel")).to_be_visible()
    await expect(tab.page.locator("emoji-picker")).to_be_attached()
