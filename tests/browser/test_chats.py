"""An attendant's own chat with Claude, in two tabs, and out of reach of everybody else."""

from typing import Any

import pytest
from playwright.async_api import expect

from tests.actors import Desk
from tests.browser.actors import Browsers
from tests.browser.links import both_transports, not_through
from tests.people import PAULO

CUT_OFF = not_through("restarting", reason="what is cut off is interrupted, and asked for anew by a person")


@pytest.fixture
def desk_settings() -> dict[str, Any]:
    """Claude could answer, but people do."""
    return {"claude_enabled": False}


@CUT_OFF
@both_transports
async def test_a_chat_streams_is_stopped_answered_again_and_read_in_another_tab(
    desk: Desk, browsers: Browsers, link: str
) -> None:
    browser = await browsers.of()
    steps = [{"text": "Temos <b>dois</b>"}, {"pause": 30}, {"text": " Nunca."}]
    await desk.whatsapp.control("POST", "/claude/replies", steps=steps)
    page = (await browser.tab("/assistant")).page
    await page.get_by_label("Perguntar ao Claude").fill("O que temos?")
    await page.get_by_label("Perguntar ao Claude").press("Enter")
    answer = page.locator(".exchange__answer")
    await expect(answer).to_have_text("Temos <b>dois</b>")
    other = (await browser.tab("/assistant/1")).page
    await expect(other.locator(".exchange__answer")).to_have_text("Temos <b>dois</b>")
    await page.locator("[data-action='stop-answer']").click()
    for one in (page, other):
        await expect(one.locator(".exchange__state")).to_have_text("Parado antes do fim.")
    await desk.whatsapp.control("POST", "/claude/replies", text="Temos três.")
    await page.locator("[data-action='answer-again']").click()
    for one in (page, other):
        await expect(one.locator(".exchange__answer")).to_have_text("Temos três.")
        await expect(one.locator(".exchange__versions span")).to_have_text("2/2")
    await other.get_by_role("link", name="A versão anterior").click()
    await expect(other.locator(".exchange__answer")).to_have_text("Temos <b>dois</b>")
    await desk.whatsapp.control("POST", "/claude/replies", text="Amanhã.")
    box = page.get_by_label("Perguntar ao Claude")
    await box.fill("Quando?")
    await box.press("Enter")
    await expect(page.locator(".exchange")).to_have_count(2)
    await expect(page.locator(".exchange__answer").last).to_have_text("Amanhã.")
    await expect(box).to_have_value("")
    await page.get_by_role("link", name="Nome, modelo, apagar").click()
    await page.get_by_role("button", name="Apagar esta conversa").click()
    await page.get_by_role("button", name="Desfazer").click()
    await expect(page.locator(".exchange")).to_have_count(2)


async def test_a_colleagues_chat_is_not_there(desk: Desk, link: str) -> None:
    await desk.marta.post("/assistant", {"text": "Um segredo"})
    assert (await desk.marta.get("/assistant/1")).status_code == 200
    paulo = await desk.attendant(PAULO)
    assert (await paulo.get("/assistant/1")).status_code == 404
    for door in ("", "/edit", "/deletion", "/restoration", "/questions/1/answers", "/answers/1/stop"):
        assert (await paulo.post(f"/assistant/1{door}", {"text": "x", "title": "x"})).status_code == 404, door
