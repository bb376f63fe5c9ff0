"""Blocking a customer and unblocking them, as attendants do it."""

from playwright.async_api import expect

from tests.actors import WhatsApp
from tests.browser.actors import Browsers
from tests.people import ANA, BRUNO, PAULO


async def test_a_customer_is_blocked_by_keyboard_and_unblocked_in_place_of_the_composer_and_colleagues_see_it(
    browsers: Browsers, whatsapp: WhatsApp
) -> None:
    await whatsapp.says(BRUNO, "Olá")
    await whatsapp.says(ANA, "Oi")
    marta = await browsers.of(viewport={"width": 1500, "height": 800})
    tab = await marta.tab()
    await browsers.desk.attendant(PAULO)
    paulo = await browsers.of(PAULO, viewport={"width": 1500, "height": 800})
    beside = await paulo.tab()
    for one in (tab, beside):
        await one.choose(ANA)
        await one.receives()
    name = beside.page.locator(".header__contact")
    await beside.presses(name, beside.page.locator("#drawer .who__name"))
    in_drawer = beside.page.locator("#drawer .entries__entry", has_text=ANA.name)
    await expect(in_drawer).to_have_text(f"Bloquear {ANA.name}")
    await beside.text_box.fill("Isto não se perde")

    sheet = tab.page.locator("#sheet")
    await tab.thread.focus()
    await tab.insists(
        lambda: tab.page.keyboard.press("Control+Shift+KeyB"), sheet.get_by_role("button", name="Bloquear")
    )
    await expect(sheet).to_contain_text(f"{ANA.name} não poderá mais escrever para este número")
    await tab.page.keyboard.press("Escape")
    await expect(sheet).to_be_hidden()
    await expect(tab.text_box).to_be_visible()

    menu = tab.page.locator("#conversation-menu")
    await tab.page.locator(".header__more").click()
    await menu.get_by_text(f"Bloquear {ANA.name}").click()
    bar = tab.page.get_by_text("Você bloqueou este contato")
    await tab.insists(sheet.get_by_role("button", name="Bloquear").click, bar)
    await expect(sheet).to_be_hidden()
    for one in (tab, beside):
        await expect(one.page.get_by_text("Você bloqueou este contato")).to_be_visible()
        await expect(one.text_box).to_be_hidden()
        await expect(one.page.locator('[data-action="use-template"]')).to_be_hidden()
        await expect(one.page.get_by_role("button", name="Nota privada")).to_be_visible()
        await expect(one.row(ANA).get_by_role("img", name="Bloqueado")).to_be_visible()
        await expect(one.row(BRUNO).get_by_role("img", name="Bloqueado")).to_have_count(0)
        await expect(one.thread.locator(".notice-row").last).to_contain_text("bloqueou este cliente")
    await expect(in_drawer).to_have_text(f"Desbloquear {ANA.name}")
    await expect(beside.page.locator("#drawer .who__blocked")).to_be_visible()

    await beside.page.locator('[data-action="ask-to-unblock"]').click()
    of_paulo = beside.page.locator("#sheet")
    await beside.insists(of_paulo.get_by_role("button", name="Desbloquear").click, beside.text_box)
    await expect(beside.text_box).to_have_value("Isto não se perde")
    await expect(tab.text_box).to_be_visible()
    await expect(tab.thread.locator(".notice-row").last).to_contain_text("desbloqueou este cliente")
    await expect(in_drawer).to_have_text(f"Bloquear {ANA.name}")
    await whatsapp.says(ANA, "Voltei")
    await expect(tab.bubble("Voltei")).to_be_visible()


async def test_what_whatsapp_refuses_to_block_is_said_in_the_sheet_which_stays_open(
    browsers: Browsers, whatsapp: WhatsApp
) -> None:
    await whatsapp.says(ANA, "Oi")
    browser = await browsers.of()
    browser.expects("422")
    tab = await browser.tab()
    await tab.choose(ANA)
    await whatsapp.control("POST", "/windows/closing", customer=ANA.name)
    sheet = tab.page.locator("#sheet")
    await tab.thread.focus()
    block = sheet.get_by_role("button", name="Bloquear")
    await tab.insists(lambda: tab.page.keyboard.press("Control+Shift+KeyB"), block)
    await block.click()
    await expect(sheet.get_by_role("alert")).to_contain_text(
        "Só dá para bloquear quem escreveu nas últimas 24 horas."
    )
    await expect(tab.text_box).to_be_visible()
    await whatsapp.says(ANA, "De novo")
    await tab.insists(block.click, tab.page.get_by_text("Você bloqueou este contato"))
