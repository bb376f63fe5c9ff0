"""The drawer beside a conversation: opened, closed and come back to like a page, at every width."""

import re

from playwright.async_api import expect

from tests.actors import WhatsApp
from tests.browser.actors import Browsers
from tests.people import ANA, BRUNO

PHONE = {"width": 390, "height": 844}
PARSED = """new Promise(done => {
  if (document.readyState !== "loading") done()
  else document.addEventListener("readystatechange", () => done())
})"""


async def test_the_contact_drawer_opens_beside_the_conversation_and_escape_gives_the_focus_back(
    browsers: Browsers, whatsapp: WhatsApp
) -> None:
    await whatsapp.says(BRUNO, "Oi")
    await whatsapp.says(ANA, "Oi")
    browser = await browsers.of(viewport={"width": 1500, "height": 800})
    tab = await browser.tab()
    await tab.choose(ANA)
    address = tab.page.url
    drawer, name = tab.page.locator("#drawer"), tab.page.locator(".header__contact")
    await expect(drawer).to_be_hidden()

    await tab.presses(name, drawer.get_by_text("+55 11 90000-0101"))
    await expect(tab.page).to_have_url(f"{address}/contact")
    await expect(tab.text_box).to_be_visible()
    assert await drawer.evaluate("drawer => drawer.offsetWidth") == 400
    await expect(drawer.locator('[data-command="close-drawer"]')).to_be_focused()
    await tab.reloads()
    await expect(drawer.locator(".who__name")).to_have_text(ANA.name)
    await tab.goes_back()
    await expect(drawer).to_be_hidden()
    await tab.goes_forward()
    await expect(drawer).to_be_visible()

    await tab.page.keyboard.press("Escape")
    await expect(drawer).to_be_hidden()
    await expect(tab.page).to_have_url(address)
    await tab.presses(name, drawer)
    await tab.page.keyboard.press("Escape")
    await expect(name).to_be_focused()

    await tab.presses(name, drawer)
    await tab.choose(BRUNO)
    await expect(drawer).to_be_hidden()


async def test_whoever_goes_back_before_the_scripts_are_there_is_heard(
    browsers: Browsers, whatsapp: WhatsApp
) -> None:
    await whatsapp.says(ANA, "Oi")
    tab = await (await browsers.of()).tab("/c/1")
    drawer = tab.page.locator("#drawer")
    await tab.presses(tab.page.locator(".header__contact"), drawer)
    await tab.page.route("**/htmx.min.js*", lambda _: None)  # it does not come
    await tab.page.reload(wait_until="commit")
    await tab.page.evaluate(PARSED)
    await expect(drawer).to_be_visible()
    await tab.page.go_back(wait_until="commit")
    await expect(tab.page).to_have_url(re.compile("/c/1$"))
    await expect(drawer).to_be_hidden()


async def test_on_a_phone_the_drawer_covers_the_conversation(browsers: Browsers, whatsapp: WhatsApp) -> None:
    await whatsapp.says(ANA, "Oi")
    browser = await browsers.of(viewport=PHONE)
    tab = await browser.tab("/c/1/contact")
    drawer = tab.page.locator("#drawer")
    assert await drawer.bounding_box() == {"x": 0, "y": 0} | PHONE
    await expect(tab.thread).to_be_hidden()
    await drawer.locator('[data-command="close-drawer"]').click()
    await expect(tab.text_box).to_be_in_viewport()
    await expect(tab.page).to_have_url(re.compile("/c/1$"))
