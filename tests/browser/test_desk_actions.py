"""What a desk does with a conversation, by keyboard, seen at once by a colleague (rows B.4, B.6 and B.16)."""

import re

from playwright.async_api import expect

from tests.actors import Desk, within
from tests.browser.actors import Browsers
from tests.people import ANA, PAULO


async def test_a_label_and_a_colleague_are_chosen_by_keyboard_and_who_writes_is_seen_at_once(
    desk: Desk, browsers: Browsers
) -> None:
    await desk.whatsapp.says(ANA, "Oi")
    conversation = await desk.marta.conversation_with(ANA.name)
    await desk.attendant(PAULO)
    for name in ("Entrega", "Orçamento", "VIP"):
        await desk.marta.post("/labels", {"name": name, "colour": "teal"})
    here, there = await browsers.of(), await browsers.of(PAULO)
    marta, paulo = await here.tab(f"/c/{conversation}"), await there.tab()
    for tab in (marta, paulo):
        await tab.receives()
    await paulo.goes_behind()

    more, sheet = marta.page.locator(".header__more"), marta.page.locator("#sheet")
    await more.press("Enter")
    await marta.page.locator("#conversation-menu").get_by_role("link", name="Etiquetas…").press("Enter")
    search = sheet.get_by_role("searchbox")
    await expect(search).to_be_focused()
    await search.press_sequentially("orca")
    await expect(sheet.locator(".sheet__option:visible")).to_have_text(re.compile("Orçamento"))
    await search.press("ArrowDown")
    option = sheet.get_by_role("button", name="Orçamento")
    await expect(option).to_be_focused()
    await option.press("Space")
    await expect(option).to_have_attribute("aria-pressed", "true")
    await expect(option).to_be_focused()
    await expect(paulo.row(ANA).locator(".row__labels")).to_have_text("Etiquetas: Orçamento")
    await option.press("Escape")
    await expect(sheet).not_to_be_visible()
    await expect(more).to_be_focused()

    await more.press("Enter")
    await marta.page.locator("#conversation-menu").get_by_role("link", name="Atribuir a…").press("Enter")
    await expect(search).to_be_focused()
    await search.press_sequentially("paulo")
    await search.press("Enter")
    await expect(sheet).not_to_be_visible()
    told = marta.page.locator(".notice-row--desk").last
    await expect(told).to_contain_text("marta atribuiu a conversa a Paulo Reis")
    await expect(paulo.row(ANA).locator(".row__assignee")).to_have_attribute("title", PAULO.name)

    async def called() -> bool:
        return "Esta conversa foi atribuída a você." in [alert["body"] for alert in await paulo.alerts()]

    await within(10, called, what="a notification of the assignment")

    await paulo.page.bring_to_front()
    await paulo.choose(ANA)
    await paulo.text_box.press_sequentially("Já vou")
    below = marta.page.locator(".writing--below")
    await expect(below).to_have_text("Paulo Reis está escrevendo uma resposta")
    await expect(marta.row(ANA).locator(".writing--row")).to_be_visible()
    await expect(marta.row(ANA).locator(".row__preview")).not_to_be_visible()
    await expect(paulo.page.locator(".writing--below")).not_to_be_visible()
    await expect(below).not_to_be_visible()  # six seconds after the last letter
    await expect(marta.row(ANA).locator(".row__preview")).to_be_visible()
