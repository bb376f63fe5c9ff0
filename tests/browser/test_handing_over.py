"""What Claude leaves to the person who takes over stands above the thread, and is of use there."""

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
    "suggested_reply": "Vou abrir uma exceção para você.",
    "urgency": "high",
}


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
    for words in ("Urgente", TOLD["tried"], "Tem a nota?", TOLD["suggested_reply"]):
        await expect(card).to_contain_text(words)
    box = tab.page.locator("#composer-text")
    await box.fill("Oi, Ana!")
    await card.get_by_role("button", name="Usar esta resposta").click()
    await expect(box).to_have_value(f"Oi, Ana!\n\n{TOLD['suggested_reply']}")
    await expect(box).to_be_focused()
    await expect(tab.bubble(TOLD["suggested_reply"])).to_have_count(0)


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
