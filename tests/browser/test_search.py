"""Searching in a browser. Row B.5 of WhatsApp Web, search."""

import re
from uuid import uuid4

from playwright.async_api import expect

from tests.actors import Desk, WhatsApp
from tests.browser.actors import Browsers
from tests.people import ANA, BRUNO, PAULO


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


async def test_a_private_note_is_found_by_whom_wrote_it_bears_its_mark_and_opens_in_its_thread(
    desk: Desk, browsers: Browsers, whatsapp: WhatsApp
) -> None:
    await whatsapp.says(ANA, "Tem desconto?")
    paulo = await desk.attendant(PAULO)
    await paulo.post("/c/1/notes", {"text": "Pode dar *desconto* de 10 %", "compose_id": str(uuid4())})
    for number in range(60):
        await whatsapp.says(ANA, f"mensagem {number}")
    tab = await (await browsers.of()).tab()
    page = tab.page
    field, found = page.locator("#search-field"), page.locator("[data-found-message]")
    await tab.receives()
    await field.fill("DESCO")
    await expect(found).to_have_count(2)
    await expect(found.first).to_contain_text(re.compile(rf"Nota\s+{PAULO.name}: Pode dar desconto de 10 %"))
    await expect(found.first.locator("mark")).to_have_text("desco")
    await page.get_by_label("Quem escreveu").select_option(label=PAULO.name)
    await expect(found).to_have_count(1)
    await page.get_by_role("radio", name="Notas").check()
    await expect(page).to_have_url(re.compile(r"/search\?q=DESCO&kind=note&by=\d+$"))
    await expect(found).to_have_count(1)
    await found.click()
    note = page.locator("#thread .note")
    await expect(note).to_be_in_viewport()
    await expect(note).to_contain_text("Pode dar desconto de 10 %")
    await expect(page).to_have_url(re.compile(r"/c/1\?at=\d+&q=DESCO&kind=note&by=\d+$"))

    await page.goto(page.url.partition("?")[0] + "/search?q=desconto")
    await expect(page.locator("#hits-in-drawer .found__link").first).to_contain_text(
        re.compile(rf"Nota\s+{PAULO.name}")
    )
    assert await whatsapp.accepted() == []
