"""An owner has Claude propose an article of what a person answered, and decides."""

import json
from typing import Any

import pytest
from playwright.async_api import expect

from tests.actors import Desk
from tests.browser.actors import Browsers
from tests.knowledge.test_unanswered import PAGE, asks
from tests.people import ANA


@pytest.fixture
def desk_settings() -> dict[str, Any]:
    """Claude answers."""
    return {"claude_enabled": True}


async def test_a_proposal_comes_up_by_itself_is_laid_aside_put_back_changed_and_published(
    desk: Desk, browsers: Browsers
) -> None:
    await asks(desk, ANA, "Vocês embrulham para presente?")
    await desk.marta.reply(await desk.marta.conversation_with(ANA.name), "Sim, por R$ 5.")
    said = {"outcome": "new", "article": 0, "title": "Embrulham?", "body": "Sim, por **R$ 5**."}
    steps = [{"text": "Aqui:"}, {"hold": True}, {"text": json.dumps(said)}]
    await desk.whatsapp.control("POST", "/claude/replies", steps=steps)
    tab = await (await browsers.of()).tab("/c/1")
    page = tab.page
    await page.goto(page.url.replace("/c/1", PAGE))
    gap = page.locator(".gap")
    await gap.get_by_role("button", name="Propor um artigo").click()
    await expect(gap.get_by_role("status")).to_have_text("Claude está digitando…")
    await desk.whatsapp.goes_on()
    await expect(gap.locator(".prose strong")).to_have_text("R$ 5")  # nobody has reloaded
    await expect(page.locator("#gaps")).not_to_have_attribute("hx-get", PAGE)
    await gap.get_by_role("button", name="Descartar").click()
    await expect(gap.locator(".prose")).to_have_count(0)
    await page.get_by_role("button", name="Desfazer").click()
    await gap.get_by_role("link", name="Editar antes").click()
    await expect(page.locator("input[name='title']")).to_have_value("Embrulham?")
    await tab.goes_back()
    await gap.get_by_role("button", name="Publicar").click()
    await expect(gap).to_have_count(0)
    await page.get_by_role("status").get_by_role("link", name="Embrulham?").click()
    await expect(page.locator(".prose")).to_contain_text("Sim, por R$ 5.")
