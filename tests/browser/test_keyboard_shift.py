"""A whole shift by keyboard alone, from signing in to signing out."""

import pytest
from playwright.async_api import expect

from app.conversations.models import Mode
from tests.actors import WhatsApp
from tests.browser.actors import Browsers, Tab
from tests.people import ANA, BRUNO, MARTA, PAULO


@pytest.fixture
def desk_settings() -> dict[str, object]:
    """Claude may answer."""
    return {"claude_enabled": True}


async def test_a_whole_shift_by_keyboard_alone(browsers: Browsers, whatsapp: WhatsApp) -> None:
    await whatsapp.says(BRUNO, "Bom dia")
    await whatsapp.says(ANA, "Vocês abrem no sábado?")
    await browsers.desk.attendant(PAULO)
    reply = {"shortcut": "horario", "text": "Abrimos às 9h"}
    assert (await browsers.desk.marta.post("/quick-replies", reply, htmx=False)).status_code == 303
    browser = await browsers.of()
    await browser.context.clear_cookies()
    tab = await browser.tab("/")
    page, keys = tab.page, tab.page.keyboard

    await expect(page.get_by_label("E-mail")).to_be_focused()
    await keys.type(MARTA.email)  # sign in
    await keys.press("Tab")
    await keys.type(MARTA.password)
    await keys.press("Enter")
    await tab.receives()

    await keys.press("Alt+K")  # find, open
    await expect(page.locator("#palette-text")).to_be_focused()
    await keys.type("ana")
    await expect(page.locator("#palette [aria-selected=true]")).to_contain_text(ANA.name)
    await keys.press("Enter")
    await expect(page.locator(".header__name")).to_have_text(ANA.name)

    await expect(tab.text_box).to_be_focused()  # reply, and a quick reply
    await keys.type("Oi, Ana!")
    await keys.press("Enter")
    await expect(tab.bubble("Oi, Ana!")).to_be_visible()
    await keys.type("/hor")
    await expect(page.locator("#quick-replies [aria-selected=true]")).to_contain_text("horario")
    await keys.press("Enter")
    await keys.press("Enter")
    await expect(tab.bubble("Abrimos às 9h")).to_be_visible()

    await keys.press("Alt+J")  # react to what she wrote
    await expect(page.locator("#message-menu button:focus")).to_have_text("👍")
    await keys.press("Enter")
    await expect(tab.bubble("Vocês abrem no sábado?").locator(".reactions")).to_have_text("👍")

    await keys.press("Control+Shift+F")  # search in it
    await expect(page.locator("#thread-search-words")).to_be_focused()
    await keys.type("sabado")
    hers = page.locator("#hits-in-drawer li", has_text=ANA.name)  # Claude may have answered her meanwhile
    await expect(hers.locator("mark")).to_have_text("sábado")
    await keys.press("Escape")
    await expect(page.locator("#drawer")).to_be_hidden()

    await keys.press("Control+Alt+Shift+A")  # assign
    await expect(page.locator("#sheet .sheet__search")).to_be_focused()
    await keys.type("paulo")
    await keys.press("Enter")
    await expect(page.locator(".header__line")).to_contain_text(PAULO.name)
    await expect(page.locator("#sheet")).to_be_hidden()  # what tells of it may come before its answer

    await answers(tab, "Control+Alt+Shift+C", Mode.CLAUDE)  # hand back, take over
    await answers(tab, "Control+Alt+Shift+T", Mode.PERSON)

    await keys.press("Control+Alt+Shift+E")  # archive
    await expect(tab.row(ANA)).to_have_count(0)

    browser.expects("/palette?q=sair")  # Enter need not wait for the conversations of that name
    await keys.press("Alt+K")  # sign out
    await expect(page.locator("#palette-text")).to_be_focused()
    await keys.type("sair")
    await expect(page.locator("#palette [aria-selected=true]")).to_have_attribute("data-presses", "sign-out")
    await keys.press("Enter")
    await expect(page.get_by_label("E-mail")).to_be_focused()


async def answers(tab: Tab, keys: str, mode: Mode) -> None:
    await tab.page.keyboard.press(keys)
    await expect(tab.thread).to_have_attribute("data-mode", mode)
