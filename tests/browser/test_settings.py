"""The settings at a real browser: kept as they are changed, and seen in the other tabs at once."""

from playwright.async_api import expect

from tests.actors import WhatsApp
from tests.browser.actors import Browsers
from tests.people import ANA


async def test_a_theme_a_wallpaper_a_size_and_what_enter_does_show_in_the_other_tabs_at_once(
    browsers: Browsers, whatsapp: WhatsApp
) -> None:
    await whatsapp.says(ANA, "Oi")
    browser = await browsers.of()
    inbox = await browser.tab("/c/1")
    await inbox.receives()
    root, bubble = inbox.page.locator("html"), inbox.page.locator(".bubble").first
    settings = await browser.context.new_page()
    await settings.goto(f"{browser.address}/settings")
    saved = settings.locator(".settings__status")

    await settings.get_by_label("Escuro", exact=True).check()
    await expect(settings.locator("body")).to_have_css("color", "rgb(250, 250, 250)")  # before any answer
    await expect(saved.first).to_have_text("Salvo")
    await expect(root).to_have_attribute("data-theme", "dark")
    await settings.get_by_label("Menta", exact=True).check()
    await expect(inbox.page.locator(".pane")).to_have_css("background-color", "rgb(16, 33, 26)")
    await settings.get_by_label("Grande", exact=True).check()
    await expect(bubble).to_have_css("font-size", "17px")
    await settings.locator('.switch__box[name="enter_sends"]').uncheck()
    await expect(inbox.page.locator("#app")).not_to_have_attribute("data-enter-sends", "")

    await inbox.page.bring_to_front()
    await inbox.text_box.fill("Bom dia")
    await inbox.text_box.press("Enter")
    await inbox.text_box.press_sequentially("Ana")
    await expect(inbox.text_box).to_have_value("Bom dia\nAna")
    await inbox.text_box.press("Control+Enter")
    await expect(inbox.thread).to_contain_text("Bom dia")

    await inbox.page.locator('[data-command="theme"]').click()  # dark, then as the device
    await expect(root).not_to_have_attribute("data-theme", "dark")
    await expect(inbox.page.locator('meta[name="theme-color"]')).to_have_count(2)
