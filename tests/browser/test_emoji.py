"""The emoji panel over the composer and for reactions."""

import re
from typing import Any

from playwright.async_api import Locator, expect

from tests.actors import WhatsApp
from tests.browser.actors import Browsers, Tab
from tests.people import ANA, MARTA

PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}


async def at_anas(browsers: Browsers, whatsapp: WhatsApp, **more: Any) -> Tab:
    await whatsapp.says(ANA, "Oi")
    tab = await (await browsers.of(**more)).tab("/c/1")
    await tab.receives()
    return tab


def first_found(tab: Tab) -> Locator:
    return tab.page.locator("emoji-picker #search-results button")


async def test_the_panel_is_loaded_when_it_is_first_opened_and_puts_emoji_where_the_cursor_is(
    browsers: Browsers, whatsapp: WhatsApp
) -> None:
    """B.9 Emoji. The console stays empty too, so the policy knows the hash of the picker's style."""
    tab = await at_anas(browsers, whatsapp)
    assert not [one for one in browsers.opened[-1].requests if "/vendor/emoji/" in one.url]
    await tab.text_box.fill("Olá!")
    await tab.text_box.press("ArrowLeft")
    await tab.page.get_by_role("button", name="Emoji").click()
    search = tab.page.get_by_role("combobox", name="Procurar")
    await expect(search).to_be_focused()
    await expect(tab.page.locator("emoji-picker [role=menuitem]").first).to_be_visible()
    assert "grid" in await tab.page.locator("emoji-picker .emoji-menu").first.evaluate(
        "menu => getComputedStyle(menu).display"
    )
    await tab.page.keyboard.insert_text("abacaxi")  # at once, so that what is found does not change any more
    await expect(first_found(tab)).to_have_count(1)
    await tab.page.keyboard.press("ArrowDown")
    await expect(search).to_have_attribute("aria-activedescendant", re.compile("."))
    await tab.page.keyboard.press("Enter")
    await expect(tab.text_box).to_have_value("Olá🍍!")
    await expect(tab.text_box).to_be_focused()
    await tab.page.keyboard.press("Control+z")
    await expect(tab.text_box).to_have_value("Olá!")

    panel = tab.page.locator("#emoji-panel")
    await expect(panel).to_be_visible()
    await tab.page.keyboard.press("Escape")
    await expect(panel).to_be_hidden()
    await expect(tab.text_box).to_be_focused()


async def test_a_colon_and_two_letters_offer_emoji_and_a_closed_word_becomes_one(
    browsers: Browsers, whatsapp: WhatsApp
) -> None:
    """B.9 `:smile` completion."""
    tab = await at_anas(browsers, whatsapp)
    page, box = tab.page, tab.text_box
    offers = page.get_by_role("option")
    chosen = page.locator('[role="option"][aria-selected="true"]')
    await box.press_sequentially("veja http:ok 10:bolo :b")
    await expect(offers).to_have_count(0)
    assert not [one for one in browsers.opened[-1].requests if "/vendor/emoji/" in one.url]

    await box.press_sequentially("olo")
    await expect(chosen).to_contain_text("🎂")
    await expect(chosen).to_contain_text("bolo de aniversário")
    await expect(box).to_have_attribute("aria-activedescendant", "emoji-word-0")
    await box.press("ArrowDown")
    await expect(chosen).not_to_contain_text("🎂")
    await box.press("ArrowUp")
    await box.press("Enter")
    await expect(box).to_have_value("veja http:ok 10:bolo 🎂")
    await expect(offers).to_have_count(0)

    await box.fill("")
    await box.press_sequentially("Parabéns :CORACAO_V")  # neither accents nor capitals matter
    await expect(chosen).to_contain_text("❤️")
    await box.press("Tab")
    await expect(box).to_have_value("Parabéns ❤️")
    await box.press_sequentially(":fest")
    await expect(offers.first).to_be_visible()
    await box.press("Escape")
    await expect(offers).to_have_count(0)
    await expect(box).to_have_value("Parabéns ❤️:fest")

    await box.fill("")
    await box.press_sequentially("Que calor :fogo:")
    await expect(box).to_have_value("Que calor 🔥")
    await box.press("Control+z")
    await expect(box).to_have_value("Que calor :fogo:")
    await box.fill("")
    await box.press_sequentially("Segue :qwx:")
    await box.press("Enter")
    await expect(tab.bubble("Segue :qwx:")).to_be_visible()


async def test_the_plus_beside_the_reactions_offers_any_emoji_in_the_readers_language(
    browsers: Browsers, whatsapp: WhatsApp
) -> None:
    """B.8 React: 6 quick + any."""
    await browsers.desk.marta.post("/settings", {"name": MARTA.name, "locale": "es"})
    tab = await at_anas(browsers, whatsapp)
    await tab.bubble("Oi").hover()
    await tab.bubble("Oi").locator('[data-action="menu"]').click()
    await tab.page.get_by_role("button", name="Otro emoji").click()
    await expect(tab.page.get_by_role("combobox", name="Buscar")).to_be_focused()
    await tab.page.keyboard.type("piña")
    await first_found(tab).first.click()
    await expect(tab.page.locator(".reactions")).to_have_text("🍍")
    await expect(tab.page.locator("#message-menu")).to_be_hidden()
    [reaction] = await whatsapp.accepted(at_least=1)
    assert reaction["payload"]["reaction"]["emoji"] == "🍍"


async def test_on_a_phone_the_panel_comes_from_below_and_leaves_the_text_in_sight(
    browsers: Browsers, whatsapp: WhatsApp
) -> None:
    tab = await at_anas(browsers, whatsapp, **PHONE)
    await tab.page.get_by_role("button", name="Emoji").tap()
    await tab.page.locator("emoji-picker [role=menuitem]").nth(1).tap()
    await expect(tab.text_box).to_have_value("😃")
    panel, box = await tab.page.locator("#emoji-panel").bounding_box(), await tab.text_box.bounding_box()
    assert panel
    assert box
    assert (panel["x"], panel["width"], panel["y"] + panel["height"]) == (0, 390, 844)
    assert box["y"] + box["height"] <= panel["y"]
