"""On a phone one pane at a time; and every page can be used without seeing it."""

import re

import pytest
from playwright.async_api import expect

from tests.actors import WhatsApp
from tests.browser.actors import Browsers
from tests.people import ANA

PHONE = {"width": 390, "height": 844}

# Buttons, links and fields that a screen reader could only call "button".
NAMELESS = """
() => [...document.querySelectorAll("button, a[href], input:not([type=hidden]), select, textarea")].filter((one) => {
  const words = [...one.querySelectorAll("svg[aria-label]")].map((icon) => icon.getAttribute("aria-label")).join("")
  const named = one.getAttribute("aria-label") || one.getAttribute("title") || one.labels?.[0]?.textContent
  return !(named || one.textContent + words).trim()
}).map((one) => one.outerHTML)
"""
TWICE = """
() => [...document.querySelectorAll("[id]")].map((one) => one.id).filter((id, place, all) => all.indexOf(id) !== place)
"""


async def test_a_phone_shows_the_list_or_the_conversation_and_an_arrow_leads_back(
    browsers: Browsers, whatsapp: WhatsApp
) -> None:
    await whatsapp.says(ANA, "Oi")
    browser = await browsers.of(viewport=PHONE)
    tab = await browser.tab()
    await expect(tab.rows).to_have_count(1)
    await expect(tab.page.locator("#pane")).to_be_hidden()
    await tab.choose(ANA)
    await expect(tab.page.locator("#conversation-list")).to_be_hidden()
    await expect(tab.text_box).to_be_in_viewport()
    width = await tab.page.evaluate("document.documentElement.scrollWidth")
    assert width <= PHONE["width"]

    await tab.page.locator(".header__back").click()
    await expect(tab.row(ANA)).to_be_visible()
    await expect(tab.page).to_have_url(re.compile("/$"))
    await tab.reloads()
    await expect(tab.row(ANA)).to_be_visible()


@pytest.mark.parametrize("path", ["/", "/c/1", "/settings", "/c/4711"])
async def test_everything_that_can_be_used_has_a_name_and_no_id_comes_twice(
    browsers: Browsers, whatsapp: WhatsApp, path: str
) -> None:
    await whatsapp.says(ANA, "Oi")
    browser = await browsers.of()
    browser.expects("404")
    tab = await browser.tab(path)
    assert await tab.page.evaluate(NAMELESS) == []
    assert await tab.page.evaluate(TWICE) == []
    assert await tab.page.locator("h1").count() == 1
    assert await tab.page.locator("html").get_attribute("lang")
