"""The owner's fourth wish: the conversation that is open stays open: after a reload, by its address, without script."""

import re
from urllib.parse import urlsplit

import pytest
from playwright.async_api import expect

from tests.actors import WhatsApp
from tests.browser.actors import Browsers
from tests.browser.links import every_link
from tests.people import ANA, BRUNO


async def test_the_address_follows_the_open_conversation_back_and_forward(
    browsers: Browsers, whatsapp: WhatsApp, link: str
) -> None:
    await whatsapp.says(ANA, "Oi, é a Ana")
    await whatsapp.says(BRUNO, "Oi, é o Bruno")
    tab = await (await browsers.of()).tab()
    await tab.receives()
    await tab.choose(ANA)
    await expect(tab.page).to_have_url(re.compile("/c/1$"))
    await expect(tab.row(ANA)).to_have_attribute("aria-current", "true")
    await tab.choose(BRUNO)
    await expect(tab.page).to_have_url(re.compile("/c/2$"))
    await expect(tab.page.locator('[aria-current="true"][data-conversation]')).to_have_count(1)

    await tab.reloads()
    await expect(tab.bubble("Oi, é o Bruno")).to_be_visible()
    await tab.goes_back()
    await expect(tab.bubble("Oi, é a Ana")).to_be_visible()
    await tab.goes_forward()
    await expect(tab.bubble("Oi, é o Bruno")).to_be_visible()
    await expect(tab.row(BRUNO)).to_have_attribute("aria-current", "true")

    await tab.receives()
    await whatsapp.says(BRUNO, "ainda aqui")
    await expect(tab.bubble("ainda aqui")).to_be_visible()


async def test_going_back_asks_for_the_page_once(browsers: Browsers, whatsapp: WhatsApp) -> None:
    await whatsapp.says(ANA, "Oi, é a Ana")
    await whatsapp.says(BRUNO, "Oi, é o Bruno")
    tab = await (await browsers.of()).tab("/c/1")
    await tab.choose(BRUNO)
    asked: list[str] = []
    tab.page.on(
        "request", lambda request: asked.append(request.url) if request.is_navigation_request() else None
    )
    await tab.page.go_back()
    await expect(tab.bubble("Oi, é a Ana")).to_be_visible()
    await tab.receives()
    assert [urlsplit(url).path for url in asked] == ["/c/1"]


async def test_without_script_the_page_reads_and_sends(browsers: Browsers, whatsapp: WhatsApp) -> None:
    await whatsapp.says(ANA, "Oi, é a Ana")
    tab = await (await browsers.of(java_script_enabled=False)).tab()
    await tab.row(ANA).locator(".row__link").click()
    await expect(tab.bubble("Oi, é a Ana")).to_be_visible()
    await expect(tab.row(ANA)).to_have_attribute("aria-current", "true")
    await tab.text_box.fill("Olá, Ana!")
    await tab.page.locator("#composer .composer__send").click()
    await expect(tab.bubble("Olá, Ana!")).to_be_visible()
    await expect(tab.text_box).to_have_value("")


async def test_the_home_address_leads_back_to_the_conversation_shown_last(
    browsers: Browsers, whatsapp: WhatsApp
) -> None:
    await whatsapp.says(ANA, "Oi")
    browser = await browsers.of()
    tab = await browser.tab()
    await tab.choose(ANA)
    await tab.page.close()
    again = await browser.tab("/")
    await expect(again.page).to_have_url(re.compile("/c/1$"))
    await expect(again.bubble("Oi")).to_be_visible()
    elsewhere = await (await browsers.of()).tab("/")
    await expect(elsewhere.page).to_have_url(re.compile("/$"))


@pytest.mark.parametrize("path", ["/c/4711", "/c/9999999999999999999"])
async def test_a_conversation_that_is_not_there_says_so_and_does_not_loop(
    browsers: Browsers, path: str
) -> None:
    browser = await browsers.of()
    browser.expects("404")
    tab = await browser.tab("/settings")
    await tab.page.evaluate("path => localStorage.setItem('recado.conversation', path.slice(3))", path)
    await tab.visits(browsers.address + path)
    await expect(tab.page.get_by_role("heading")).to_have_text(re.compile("conversa|conversation"))
    await tab.page.get_by_role("link").click()
    await expect(tab.page.locator("#conversation-list")).to_be_attached()
    await expect(tab.page).to_have_url(re.compile("/$"))


@every_link
async def test_draft_and_place_survive_a_reload_and_the_draft_is_there_in_a_second_browser(
    browsers: Browsers, whatsapp: WhatsApp, link: str
) -> None:
    for number in range(30):
        await whatsapp.says(ANA, f"mensagem {number}")
    tab = await (await browsers.of()).tab("/c/1")
    await tab.receives()
    await tab.text_box.fill("Um momento, vou ver")
    async with tab.page.expect_response(re.compile("/draft$")):
        await tab.scroll_to(200)
    place = await tab.top_of(tab.bubble("mensagem 9"))

    await tab.reloads()
    await expect(tab.text_box).to_have_value("Um momento, vou ver")
    await tab.receives()
    assert abs(await tab.top_of(tab.bubble("mensagem 9")) - place) <= 2

    second = await (await browsers.of()).tab("/c/1")
    await expect(second.text_box).to_have_value("Um momento, vou ver")
    await expect(second.row(ANA)).to_contain_text("Um momento, vou ver")


async def test_a_draft_that_is_left_in_a_hurry_is_kept_and_stays_in_its_conversation(
    browsers: Browsers, whatsapp: WhatsApp
) -> None:
    await whatsapp.says(ANA, "Oi, é a Ana")
    await whatsapp.says(BRUNO, "Oi, é o Bruno")
    tab = await (await browsers.of()).tab("/c/1")
    await tab.receives()
    await tab.text_box.press_sequentially("só para a Ana")
    await tab.choose(BRUNO)
    await expect(tab.text_box).to_have_value("")
    await tab.choose(ANA)
    await expect(tab.text_box).to_have_value("só para a Ana")
    await tab.text_box.press_sequentially("!")
    await tab.reloads()
    await expect(tab.text_box).to_have_value("só para a Ana!")
