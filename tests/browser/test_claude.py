"""Claude's answer is seen while it is written, and what it writes is text."""

import pytest
from playwright.async_api import expect

from tests.actors import Desk
from tests.browser.actors import Browsers
from tests.browser.links import both_transports, not_through
from tests.people import ANA

CUT_OFF = not_through(
    "restarting", reason="an answer that is cut off begins anew when its lease of 15 s ends"
)


@pytest.fixture
def desk_settings() -> dict[str, object]:
    """Claude answers."""
    return {"claude_enabled": True}


@CUT_OFF
@both_transports
async def test_claudes_draft_grows_before_the_readers_eyes_and_becomes_a_message(
    desk: Desk, browsers: Browsers, link: str
) -> None:
    beginning, end = "Abrimos <b>hoje</b>", " até as 19h."
    steps = [{"text": beginning}, {"hold": True}, {"text": end}]
    await desk.whatsapp.control("POST", "/claude/replies", steps=[{"text": "Olá!"}])
    await desk.whatsapp.says(ANA, "Oi")
    tab = await (await browsers.of()).tab("/c/1")
    await tab.receives()
    await expect(tab.bubble("Olá!")).to_have_attribute("data-author", "claude")

    await desk.whatsapp.control("POST", "/claude/replies", steps=steps)
    await desk.whatsapp.says(ANA, "Vocês abrem hoje?")
    draft = tab.page.locator("[data-draft]")
    await expect(draft).to_contain_text(beginning)
    await expect(tab.page.locator('[data-action="stop"]')).to_be_visible()
    await desk.whatsapp.goes_on()
    await expect(tab.bubble(beginning + end)).to_have_attribute("data-author", "claude")
    await expect(draft).to_have_count(0)
    await expect(tab.bubbles).to_have_count(4)
    await expect(tab.page.locator("#thread b")).to_have_count(0)


@CUT_OFF
async def test_taking_over_is_seen_in_every_tab_and_claude_falls_silent(
    desk: Desk, browsers: Browsers, link: str
) -> None:
    await desk.whatsapp.control("POST", "/claude/replies", steps=[{"text": "Olá!"}])
    await desk.whatsapp.says(ANA, "Oi")
    browser = await browsers.of()
    first, second = await browser.tab("/c/1"), await browser.tab("/c/1")
    await second.receives()
    await expect(second.bubble("Olá!")).to_be_visible()
    await first.presses(
        first.page.locator('[data-action="take"]'), first.page.locator('[data-action="hand-back"]')
    )
    for tab in (first, second):
        await expect(tab.thread).to_have_attribute("data-mode", "person")
        await expect(tab.page.locator('[data-action="hand-back"]')).to_be_visible()
    await desk.whatsapp.says(ANA, "Quero falar com gente")
    await first.presses(
        first.page.locator('[data-action="hand-back"]'), first.page.locator('[data-action="take"]')
    )
    await expect(second.thread).to_have_attribute("data-mode", "claude")
