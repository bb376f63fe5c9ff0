"""A replay from its form to what is put in force, before an overseer's eyes."""

from typing import Any

import pytest
from playwright.async_api import expect
from sqlalchemy import func, select

from app.assistant.models import Turn
from app.db import reading
from tests.actors import Desk, within
from tests.browser.actors import Browsers
from tests.people import ANA, BRUNO


@pytest.fixture
def desk_settings() -> dict[str, Any]:
    """Claude answers."""
    return {"claude_enabled": True}


async def answers(desk: Desk, number: int) -> None:
    async def there() -> bool:
        async with reading() as session:
            ended = select(func.count()).select_from(Turn).where(Turn.ended_at.is_not(None))
            return bool((await session.execute(ended)).scalar_one() >= number)

    await within(20, there, what="Claude's answers")


async def test_a_replay_runs_before_ones_eyes_and_what_it_tried_is_used_and_taken_back(
    desk: Desk, browsers: Browsers, link: str
) -> None:
    for place, (who, text) in enumerate(((ANA, "abre amanhã?"), (BRUNO, "e domingo?")), start=1):
        await desk.whatsapp.control("POST", "/claude/replies", match=text, text="Abrimos às nove.")
        await desk.whatsapp.says(who, text)
        await answers(desk, place)
    await desk.whatsapp.control("POST", "/claude/replies", match="e domingo?", text="Fechamos aos domingos.")
    pause = [{"hold": True}, {"text": "Abrimos às dez."}]
    await desk.whatsapp.control("POST", "/claude/replies", match="abre amanhã?", steps=pause)
    tab = await (await browsers.of()).tab("/claude")
    page = tab.page
    await tab.follows(page.get_by_role("link", name="Repetição"))
    cost = page.locator("#replay-estimate")
    await expect(cost).to_contain_text("2 respostas: cerca de US$")
    before = await cost.inner_text()
    await page.locator("select[name='model']").select_option(label="Claude Opus 5.5")
    await expect(cost).not_to_have_text(before)
    await page.get_by_label("Instruções para testar").fill("Assine como Lia.")
    await page.get_by_role("button", name="Repetir agora").press("Enter")
    await expect(page.locator(".case--waits")).to_have_count(1)
    await expect(page.get_by_role("progressbar")).to_have_js_property("value", 1)
    await expect(page.locator(".case__side--now").first).to_contain_text("Fechamos aos domingos.")
    await desk.whatsapp.goes_on()
    await expect(page.locator(".costs__sums")).to_be_visible()
    second = page.locator(".case").last
    await expect(second.locator("del")).to_contain_text("nove.")
    await expect(second.locator("ins")).to_contain_text("dez.")
    await page.get_by_role("link", name="Mudou quem atende (0)").click()
    await expect(page.locator(".case")).to_have_count(0)
    await page.get_by_role("link", name="Diferentes (2)").click()
    await expect(page.locator(".case")).to_have_count(2)
    await page.get_by_text("O que foi testado").click()
    await expect(page.locator(".replay__about ins")).to_contain_text("Assine como Lia.")
    await page.locator("[data-action='use-replay']").click()
    undo = page.locator("[data-action='take-back']")
    await expect(undo).to_be_visible()
    await page.goto(page.url.partition("/claude")[0] + "/settings")
    await expect(page.locator("textarea[name='instructions']")).to_have_value("Assine como Lia.")
    await tab.goes_back()
    await undo.click()
    await expect(page.locator("[data-action='use-replay']")).to_be_visible()
    await page.get_by_text("Apagar esta repetição").click()
    await page.locator("[data-action='delete-replay']").click()
    await expect(page.locator(".replay__way")).to_have_count(0)


async def test_a_replay_is_stopped_and_keeps_what_it_has(desk: Desk, browsers: Browsers, link: str) -> None:
    for place, who in enumerate((ANA, BRUNO), start=1):
        await desk.whatsapp.says(who, "oi")
        await answers(desk, place)
    await desk.whatsapp.control("POST", "/claude/replies", text="Olá de novo!")
    await desk.whatsapp.control("POST", "/claude/replies", steps=[{"hold": True}, {"text": "Tarde demais?"}])
    page = (await (await browsers.of()).tab("/claude/replay")).page
    await page.get_by_role("button", name="Repetir agora").click()
    await expect(page.get_by_role("progressbar")).to_have_js_property("value", 1)
    await page.locator("[data-action='stop-replay']").click()
    await expect(page.get_by_role("status").filter(has_text="Parada.")).to_be_visible()
    await desk.whatsapp.goes_on()
    await expect(page.locator(".case__side--now").first).to_contain_text("Olá de novo!")
