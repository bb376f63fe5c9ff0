"""What Claude leaves to the person who takes over stands above the thread, and is of use there."""

import re
from typing import Any

import pytest
from playwright.async_api import expect

from tests.actors import Desk
from tests.browser.actors import Browsers
from tests.people import ANA

TOLD = {
    "reason": "needs_permission",
    "summary": "Quer trocar o vaso <b>fora</b> do prazo.",
    "tried": "Expliquei o prazo de 30 dias.",
    "open_questions": "Qual é o número do pedido?\nTem a nota?",
    "suggested_reply": "Vou abrir uma *exceção* para você.",
    "urgency": "high",
}
REPLY_AS_SHOWN = "Vou abrir uma exceção para você."


@pytest.fixture
def desk_settings() -> dict[str, Any]:
    """Claude answers."""
    return {"claude_enabled": True}


async def test_the_briefing_is_read_above_the_thread_and_its_reply_goes_below_what_was_typed(
    desk: Desk, browsers: Browsers
) -> None:
    steps = [{"text": "Vou chamar alguém."}, {"tool": "handoff", "input": TOLD}]
    await desk.whatsapp.control("POST", "/claude/replies", steps=steps)
    await desk.whatsapp.says(ANA, "Posso trocar?")
    tab = await (await browsers.of()).tab("/c/1")
    card = tab.page.locator(".handoff")
    await expect(card).to_contain_text(TOLD["summary"])
    for words in ("Urgente", TOLD["tried"], "Tem a nota?", REPLY_AS_SHOWN):
        await expect(card).to_contain_text(words)
    box = tab.page.locator("#composer-text")
    await box.fill("Oi, Ana!")
    await card.get_by_role("button", name="Usar esta resposta").click()
    await expect(box).to_have_value(f"Oi, Ana!\n\n{TOLD['suggested_reply']}")
    await expect(box).to_be_focused()
    await expect(tab.bubble(REPLY_AS_SHOWN)).to_have_count(0)
    await box.fill("Vou abrir uma exceção.")
    await box.press("Enter")
    await expect(tab.bubble("Vou abrir uma exceção.")).to_be_visible()
    await tab.visits(tab.page.url.replace("/c/1", "/claude/quality"))
    row = tab.page.get_by_role("row", name="Resposta sugerida ao chamar uma pessoa")
    await expect(row).to_have_text(re.compile(r"1\s*1\s*1\s*0\s*\d\d%\s*$"))


async def test_a_thumb_is_given_from_the_menu_by_keyboard_and_shows_in_the_details(
    desk: Desk, browsers: Browsers
) -> None:
    await desk.whatsapp.control("POST", "/claude/replies", steps=[{"text": "Em até 30 dias."}])
    await desk.whatsapp.says(ANA, "Posso trocar?")
    tab = await (await browsers.of(viewport={"width": 1400, "height": 800})).tab("/c/1")
    page, menu, said = tab.page, tab.page.locator("#message-menu"), tab.bubble("Em até 30 dias.")
    await expect(said).to_be_visible()

    async def opens_menu() -> None:
        await said.focus()
        await page.keyboard.press("Enter")
        await expect(menu.get_by_role("button", name="Responder", exact=True)).to_be_focused()

    await opens_menu()
    bad = menu.get_by_role("button", name="O Claude não respondeu bem")
    await expect(bad).to_have_attribute("aria-pressed", "false")
    for _ in range(await menu.locator("button, a").count()):
        if not await bad.evaluate("button => button === document.activeElement"):
            await page.keyboard.press("Tab")
    await expect(bad).to_be_focused()
    await page.keyboard.press("Enter")
    await expect(menu).to_be_hidden()
    await page.locator("#done").get_by_role("link", name="Dizer por quê").click()
    drawer = page.locator("#drawer")
    given = drawer.get_by_role("button", name="Não é boa")
    await expect(given).to_have_attribute("aria-pressed", "true")
    why = drawer.get_by_role("textbox", name="O que você acha desta resposta?")
    await why.fill("São 15 dias.")
    await why.press("Enter")
    await expect(page.locator("#done")).to_have_text(re.compile("Anotado"))
    await expect(given).to_have_attribute("aria-pressed", "true")

    await opens_menu()
    await expect(bad).to_have_attribute("aria-pressed", "true")
    await bad.click()
    await expect(given).to_have_attribute("aria-pressed", "false")
    await expect(why).to_have_value("")


async def test_resolving_is_one_press_and_the_next_message_opens_it_again(
    desk: Desk, browsers: Browsers
) -> None:
    steps = [{"text": "Vou chamar alguém."}, {"tool": "handoff", "input": TOLD}]
    await desk.whatsapp.control("POST", "/claude/replies", steps=steps)
    await desk.whatsapp.says(ANA, "Posso trocar?")
    tab = await (await browsers.of()).tab("/c/1")
    card, resolve = tab.page.locator(".handoff"), tab.page.locator('[data-action="resolve"]')
    await expect(card).to_contain_text(TOLD["summary"])
    await expect(tab.page.locator("#unread-1")).to_have_count(0)  # it has been read
    await resolve.click()
    await expect(resolve).to_have_count(0)
    await expect(card).to_be_hidden()
    await expect(tab.page.locator(".header__line")).to_contain_text("Concluída")
    await expect(tab.thread).to_contain_text("concluiu esta conversa")
    await desk.whatsapp.says(ANA, "Mais uma coisa")
    await expect(resolve).to_be_visible()
