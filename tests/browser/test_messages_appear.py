"""The owner's first wish: what the program receives or sends is on every screen by itself, at once."""

import pytest
from playwright.async_api import expect

from tests.actors import Desk, WhatsApp, within
from tests.browser.actors import Browsers
from tests.browser.links import both_transports, every_link
from tests.people import ANA, BRUNO, PAULO

pytestmark = pytest.mark.on_both_engines


@every_link
async def test_two_attendants_see_each_message_in_list_and_thread_without_reload(
    desk: Desk, browsers: Browsers, whatsapp: WhatsApp, link: str
) -> None:
    await whatsapp.says(ANA, "Bom dia!")
    await desk.attendant(PAULO)
    marta = await (await browsers.of()).tab()
    paulo = await (await browsers.of(PAULO)).tab()
    for tab in (marta, paulo):
        await tab.receives()
        await tab.choose(ANA)

    await whatsapp.says(ANA, "Vocês abrem hoje?")
    await whatsapp.says(BRUNO, "Olá, sou novo aqui")
    for tab in (marta, paulo):
        await expect(tab.bubble("Vocês abrem hoje?")).to_be_visible()
        await expect(tab.rows.first).to_contain_text("Olá, sou novo aqui")

    await marta.send("Abrimos até as 19h.")
    await expect(paulo.bubble("Abrimos até as 19h.")).to_have_attribute("data-status", "delivered")
    for tab in (marta, paulo):
        await expect(tab.row(ANA)).to_contain_text("Abrimos até as 19h.")
        await expect(tab.bubbles).to_have_count(3)


@both_transports
async def test_the_tabs_of_a_browser_share_one_connection(
    browsers: Browsers, whatsapp: WhatsApp, link: str
) -> None:
    await whatsapp.says(ANA, "Oi")
    await whatsapp.says(BRUNO, "Boa tarde")
    browser = await browsers.of()
    first, second = await browser.tab(), await browser.tab()
    for tab in (first, second):
        await tab.receives()
    await first.choose(ANA)
    await second.choose(BRUNO)

    for text in ("um", "dois", "três"):
        await whatsapp.says(ANA, text)
        await whatsapp.says(BRUNO, text)
        await expect(first.bubble(text)).to_be_visible()
        await expect(second.bubble(text)).to_be_visible()
    assert {one.frame.page for one in browser.live_requests()} == {first.page}
    await within(5, lambda: len(browser.open_live_requests()) == 1, what="one open connection")  # polls pause


@both_transports
async def test_when_the_tab_that_receives_for_all_is_closed_another_takes_over(
    browsers: Browsers, whatsapp: WhatsApp, link: str
) -> None:
    await whatsapp.says(ANA, "Oi")
    browser = await browsers.of()
    first, second = await browser.tab(), await browser.tab()
    await second.choose(ANA)
    await second.receives()

    await first.page.close()
    await whatsapp.says(ANA, "Ainda está aí?")
    await expect(second.bubble("Ainda está aí?")).to_be_visible()


@every_link
async def test_a_browser_that_is_new_here_finds_out_which_transport_passes(
    browsers: Browsers, whatsapp: WhatsApp, link: str
) -> None:
    await whatsapp.says(ANA, "Oi")
    browser = await browsers.of(been_here=False)
    tab = await browser.tab("/c/1")
    await whatsapp.says(ANA, "enquanto procura")
    await expect(tab.bubble("enquanto procura")).to_be_visible()

    await tab.receives()
    await tab.page.wait_for_function("() => localStorage.getItem('recado.transport')")
    await whatsapp.says(ANA, "depois")
    await expect(tab.bubble("depois")).to_be_visible()

    def streams() -> list[str]:
        return [one.url for one in browser.live_requests() if "/live?" in one.url]

    if link == "collecting":
        assert streams() == []
    else:  # the last message may still have come by the poll
        await within(10, streams, what="a stream")
