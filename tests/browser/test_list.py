"""The rows of B.4 and B.5 of WhatsApp Web: a row's menu, pinned, muted, archived, unread, several at once, filters."""

import asyncio
import re
import time

from playwright.async_api import Locator, expect

from tests.actors import WhatsApp
from tests.browser.actors import Browsers, Tab
from tests.people import ANA, BRUNO, CLARA, Customer


async def menu_of(tab: Tab, customer: Customer) -> Locator:
    """Opened by a right click."""
    menu = tab.page.locator("#row-menu")
    await tab.row(customer).click(button="right")
    await expect(menu).to_be_visible()
    return menu


async def presses(tab: Tab, customer: Customer, command: str) -> None:
    await (await menu_of(tab, customer)).locator(f'[data-command="{command}"]').click()


async def order(tab: Tab) -> list[str]:
    return await tab.page.locator("#conversation-list .row__name:visible").all_inner_texts()


async def test_a_rows_menu_pins_mutes_archives_and_marks_as_unread_and_archiving_is_undone(
    browsers: Browsers, whatsapp: WhatsApp
) -> None:
    for customer in (ANA, BRUNO, CLARA):
        await whatsapp.says(customer, "Oi")
    tab = await (await browsers.of()).tab()
    await tab.receives()
    page, names = tab.page, tab.page.locator("#conversation-list .row__name")
    await presses(tab, ANA, "pin")
    await expect(names).to_have_text([ANA.name, CLARA.name, BRUNO.name])
    await whatsapp.says(BRUNO, "De novo")
    await expect(names).to_have_text([ANA.name, BRUNO.name, CLARA.name])

    await tab.row(CLARA).hover()
    await tab.row(CLARA).locator(".row__menu").click()  # the arrow
    await page.locator('#row-menu summary[data-command="mute"]').click()
    await page.locator('#row-menu [data-command="mute-8-hours"]').click()
    await expect(tab.row(CLARA).get_by_title("Silenciada")).to_be_visible()
    await expect(tab.row(CLARA).locator(".badge--silenced")).to_have_text("1")
    await expect(page).to_have_title("(2) Recado")

    await tab.row(BRUNO).locator(".row__link").focus()
    await page.keyboard.press("Shift+F10")  # the menu key
    await expect(page.locator("#row-menu button").first).to_be_focused()
    await page.keyboard.press("Escape")
    await presses(tab, BRUNO, "archive")
    await expect(tab.row(BRUNO)).to_have_count(0)
    await expect(page.locator("#archived")).to_contain_text("Arquivadas (1)")
    await expect(page).to_have_title("(1) Recado")
    await page.locator("#undo").get_by_role("button", name="Desfazer").click()
    await expect(tab.row(BRUNO)).to_be_visible()
    await expect(page.locator("#archived")).to_be_hidden()

    await tab.choose(ANA)
    await tab.unread(ANA, 0)
    await presses(tab, ANA, "mark-unread")
    await expect(tab.row(ANA).locator(".badge--dot")).to_be_visible()
    await tab.choose(BRUNO)
    await tab.choose(ANA)
    await expect(tab.row(ANA).locator(".badge--dot")).to_have_count(0)

    await page.locator('[data-command="list-menu"]').click()
    await page.locator('[data-command="select-conversations"]').click()
    for customer in (ANA, CLARA):
        await tab.row(customer).locator(".row__choice").click()
    await expect(page.locator(".selecting__count")).to_have_text("2 selecionadas")
    await page.locator(".selecting").get_by_role("button", name="Arquivar").click()
    await expect(names).to_have_text([BRUNO.name])
    await expect(page.locator(".selecting")).to_have_count(0)


async def test_filters_stay_in_the_address_and_rows_come_into_them_and_leave_them(
    browsers: Browsers, whatsapp: WhatsApp
) -> None:
    for customer in (ANA, BRUNO, CLARA):
        await whatsapp.says(customer, "Oi")
    browser = await browsers.of()
    tab = await browser.tab("/c/1")
    await tab.receives()
    page, names = tab.page, tab.page.locator("#conversation-list .row__name")
    await page.get_by_role("tab", name="Minhas").click()
    await expect(page).to_have_url(re.compile(r"/c/1\?show=mine$"))
    await expect(page.locator(".rows__empty")).to_contain_text("Ver todas")
    await tab.receives()
    await tab.presses(page.locator('[data-action="take"]'), tab.row(ANA))
    await expect(names).to_have_text([ANA.name])

    await page.get_by_role("tab", name="Não lidas").click()
    await expect(page.locator("#unread-conversations")).to_have_text("2")
    await tab.choose(BRUNO)
    await tab.unread(BRUNO, 0)  # and it stays while it is open
    await expect(page).to_have_url(re.compile(r"/c/2\?show=unread$"))
    await tab.choose(CLARA)
    await expect(tab.row(BRUNO)).to_have_count(0)
    await whatsapp.says(BRUNO, "Ainda aí?")
    await expect(tab.row(BRUNO)).to_be_visible()
    await tab.reloads()
    await expect(names).to_have_text([BRUNO.name, CLARA.name])
    again = await browser.tab("/")
    await expect(again.page).to_have_url(re.compile(r"/c/3\?show=unread$"))  # as this browser left it


async def test_the_list_does_not_jump_while_a_hand_is_on_it(browsers: Browsers, whatsapp: WhatsApp) -> None:
    for ago, customer in ((60, ANA), (50, BRUNO), (40, CLARA)):
        await whatsapp.says(customer, "Oi", at=time.time() - ago)
    tab = await (await browsers.of()).tab()
    await tab.receives()
    before = await order(tab)

    await tab.row(BRUNO).hover()  # the hand is there before anything comes

    async def hand_moves() -> None:
        place = 0
        while True:
            place = 1 - place
            await tab.row(BRUNO).hover(position={"x": 90 + place, "y": 20})

    moving = asyncio.create_task(hand_moves())
    try:
        await whatsapp.says(ANA, "Alô?")
        await expect(tab.row(ANA)).to_contain_text("Alô?")
        assert await order(tab) == before
    finally:
        moving.cancel()
    await expect(tab.page.locator("#conversation-list .row__name")).to_have_text(
        [ANA.name, CLARA.name, BRUNO.name]
    )


async def test_marking_all_as_read_closes_the_menu_it_was_chosen_in(
    browsers: Browsers, whatsapp: WhatsApp
) -> None:
    await whatsapp.says(ANA, "Oi")
    tab = await (await browsers.of()).tab()
    await tab.receives()
    await tab.unread(ANA, 1)
    await tab.page.locator('[data-command="list-menu"]').click()
    await tab.page.locator('[data-command="mark-all-read"]').click()
    await tab.unread(ANA, 0)
    await expect(tab.page.locator("#list-menu")).to_be_hidden()
