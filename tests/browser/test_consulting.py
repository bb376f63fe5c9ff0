"""Claude helps an attendant above the text box: by button and by key, seen as it is written, sent by nobody but a person."""

from typing import Any

import pytest
from playwright.async_api import expect

from tests.actors import Desk
from tests.browser.actors import Browsers, Tab
from tests.browser.links import both_transports, not_through
from tests.people import ANA

CUT_OFF = not_through("restarting", reason="what is cut off is interrupted, and asked for anew by a person")


@pytest.fixture
def desk_settings() -> dict[str, Any]:
    """Claude could answer, but people do."""
    return {"claude_enabled": False}


async def asks(tab: Tab, what: str) -> None:
    await tab.page.keyboard.press("Alt+C")
    await tab.page.locator("#sheet").get_by_role("button", name=what).click()


@CUT_OFF
@both_transports
async def test_a_suggestion_grows_is_used_changed_and_sent(desk: Desk, browsers: Browsers, link: str) -> None:
    await desk.whatsapp.says(ANA, "Tem floreiro azul?")
    browser = await browsers.of()
    tab, other = await browser.tab("/c/1"), await browser.tab("/c/1")
    await tab.receives()
    await other.receives()
    steps = [{"text": "Temos <b>dois</b>"}, {"hold": True}, {"text": ", *azuis*."}]
    await desk.whatsapp.control("POST", "/claude/replies", steps=steps)
    await asks(tab, "Sugerir uma resposta")
    card = tab.page.locator(".consultation")
    await expect(card).to_contain_text("Temos <b>dois</b>")
    await expect(card).to_have_attribute("data-state", "running")
    await desk.whatsapp.goes_on()
    await expect(card).to_have_attribute("data-state", "done")
    await expect(other.page.locator(".consultation")).to_contain_text("azuis")
    await expect(tab.bubbles).to_have_count(1)
    await desk.whatsapp.says(ANA, "E verde?")
    await expect(card).to_contain_text("A conversa continuou depois disto.")
    await card.get_by_role("button", name="Usar").click()
    await expect(tab.text_box).to_have_value("Temos <b>dois</b>, *azuis*.")
    await expect(card).to_be_hidden()
    await tab.text_box.press("Enter")
    await expect(tab.bubbles).to_have_count(3)
    await expect(tab.bubbles.last).to_contain_text("Temos <b>dois</b>, azuis.")


@CUT_OFF
async def test_what_is_written_is_made_kinder_in_its_place_and_stopping_keeps_the_beginning(
    desk: Desk, browsers: Browsers, link: str
) -> None:
    await desk.whatsapp.says(ANA, "Tem floreiro azul?")
    browser = await browsers.of()
    browser.expects("status of 422")
    tab = await browser.tab("/c/1")
    await tab.receives()
    await asks(tab, "Deixar meu texto mais gentil")
    sheet = tab.page.locator("#sheet")
    await expect(sheet.get_by_role("alert")).to_have_text(
        "Escreva o texto primeiro; o Claude trabalha a partir dele."
    )
    await tab.page.keyboard.press("Escape")
    await tab.text_box.fill("Tem.")
    steps = [{"text": "Temos, sim!"}, {"pause": 30}, {"text": " Nunca."}]
    await desk.whatsapp.control("POST", "/claude/replies", steps=steps)
    await asks(tab, "Deixar meu texto mais gentil")
    card = tab.page.locator(".consultation")
    await expect(card).to_contain_text("Temos, sim!")
    await card.get_by_role("button", name="Parar").click()
    await expect(card).to_have_attribute("data-state", "stopped")
    await tab.reloads()
    await expect(card).to_contain_text("Temos, sim!")
    await card.get_by_role("button", name="Usar").click()
    await expect(tab.text_box).to_have_value("Temos, sim!")


@CUT_OFF
async def test_a_question_is_answered_and_another_answer_asked_for(
    desk: Desk, browsers: Browsers, link: str
) -> None:
    await desk.whatsapp.says(ANA, "Oi")
    tab = await (await browsers.of()).tab("/c/1")
    await tab.receives()
    await desk.whatsapp.control("POST", "/claude/replies", text="Trinta dias.")
    await tab.page.keyboard.press("Alt+C")
    await tab.page.locator("#sheet").get_by_role("textbox").fill("Qual é o prazo de troca?")
    await tab.page.keyboard.press("Enter")
    card = tab.page.locator(".consultation")
    await expect(card).to_contain_text("Trinta dias.")
    await desk.whatsapp.control("POST", "/claude/replies", text="Um mês.")
    await card.get_by_role("button", name="Outra").click()
    await expect(card).to_contain_text("Um mês.")
    await expect(tab.text_box).to_have_value("")
    await card.get_by_role("button", name="Fechar").click()
    await expect(card).to_be_hidden()
