"""Searching in a browser. Row B.5 of WhatsApp Web, search."""

import re

from playwright.async_api import expect

from tests.actors import WhatsApp
from tests.browser.actors import Browsers
from tests.people import ANA, BRUNO


async def test_searching_as_one_types_goes_by_the_keyboard_to_the_message_and_back_to_the_list(
    browsers: Browsers, whatsapp: WhatsApp
) -> None:
    await whatsapp.says(ANA, "Tem pão de queijo?")
    await whatsapp.says(BRUNO, "Bolo de fubá")
    tab = await (await browsers.of()).tab()
    page = tab.page
    field, found = page.locator("#search-field"), page.locator('#list[data-list="search"]')
    await tab.receives()
    await field.focus()
    await expect(page.locator(".search__back")).to_be_visible()
    await page.keyboard.type("queij")
    await expect(found.locator("mark")).to_have_text("queij")
    await expect(page).to_have_url(re.compile(r"/search\?q=queij$"))
    await whatsapp.says(BRUNO, "Bolo de milho também")  # news do not disturb what was found
    await expect(page).to_have_title(re.compile("Recado"))
    await page.keyboard.press("ArrowDown")
    await page.keyboard.press("Enter")
    await expect(tab.bubble("Tem pão de queijo?")).to_be_visible()
    await expect(page).to_have_url(re.compile(r"/c/\d+\?.*q=queij"))
    await tab.reloads()
    await expect(found.locator("mark")).to_have_text("queij")

    await field.focus()
    await page.get_by_role("radio", name="Fotos").check()
    await expect(found.get_by_text("Nada foi encontrado")).to_be_visible()
    await found.get_by_text("Pesquisar em tudo").click()
    await expect(found.locator("mark")).to_have_text("queij")
    await field.focus()
    await page.keyboard.press("Escape")
    await expect(field).to_have_value("")
    await page.keyboard.press("Escape")
    await expect(tab.row(BRUNO)).to_be_visible()
    await expect(page).to_have_url(re.compile(r"/c/\d+$"))
