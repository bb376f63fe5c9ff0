"""Photos over the whole page: B.7's image, opened from its bubble and from the drawer."""

import re

import pytest
from playwright.async_api import expect

from tests.actors import Browser, WhatsApp
from tests.browser.actors import Browsers
from tests.media.made import picture
from tests.people import ANA, MARTA


async def test_a_photo_opens_over_the_page_with_its_neighbours_and_escape_leads_back_to_its_bubble(
    browsers: Browsers, marta: Browser, whatsapp: WhatsApp
) -> None:
    await whatsapp.says(ANA, "Veja")
    for words in ("a primeira", "a segunda", "a terceira"):
        file = (f"{words}.jpg", picture("JPEG", (400, 300)), "image/jpeg")
        assert (await marta.sends(1, {"caption": [words]}, file)).status_code == 200
    await whatsapp.accepted(at_least=3)
    browser = await browsers.of()
    tab = await browser.tab("/c/1")
    photos, viewer = tab.page.locator("#thread a.media__open"), tab.page.locator("#viewer")
    caption = viewer.locator(".viewer__caption")
    await expect(tab.page.locator("#thread img.media__picture")).to_have_count(3)
    assert re.fullmatch(r"/media/\d+", await photos.nth(1).get_attribute("href") or "")  # without script
    assert not [one for one in browser.requests if "viewer.js" in one.url]

    await tab.presses(photos.nth(1), caption.get_by_text("a segunda"))
    await expect(viewer.locator("#viewer-title")).to_have_text(MARTA.name.lower().split()[0])
    await expect(viewer.locator(".viewer__small")).to_have_count(3)
    await tab.page.keyboard.press("ArrowRight")
    await expect(caption).to_have_text("a terceira")
    await expect(viewer.locator("[data-command=next-picture]")).to_have_count(0)
    await viewer.locator("[data-command=previous-picture]").click()
    await expect(caption).to_have_text("a segunda")
    shown, stage = viewer.locator("img.viewer__picture"), viewer.locator(".viewer__stage")
    fitted = await shown.evaluate("shown => shown.clientWidth")
    await tab.page.keyboard.press("+")
    larger = await shown.evaluate("shown => shown.clientWidth")
    assert larger == pytest.approx(fitted * 1.5, abs=1)
    assert await stage.evaluate("stage => stage.scrollWidth > stage.clientWidth")
    await tab.page.keyboard.press("Escape")
    await expect(viewer).to_be_hidden()
    await expect(photos.nth(1)).to_be_focused()

    await tab.presses(photos.nth(0), caption.get_by_text("a primeira"))
    await viewer.get_by_role("button", name="Favoritar", exact=True).click()
    await expect(viewer.get_by_role("button", name="Desfavoritar")).to_be_visible()
    await viewer.get_by_role("button", name="Responder").click()
    await expect(tab.page.locator("#composer-quote")).to_contain_text("a primeira")
    await expect(tab.text_box).to_be_focused()

    await tab.presses(tab.page.locator(".header__contact"), tab.page.locator(".strip .thing"))
    await tab.presses(tab.page.locator(".strip .thing").first, caption.get_by_text("a terceira"))
    await tab.page.keyboard.press("Escape")
    await expect(viewer).to_be_hidden()
    await expect(tab.page.locator("#drawer")).to_be_visible()  # Escape closed the photo alone
