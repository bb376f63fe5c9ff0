"""Attendants see which words of which article an answer rests on; customers see the answer alone."""

from typing import Any

import pytest
from playwright.async_api import expect

from tests.actors import Desk
from tests.browser.actors import Browsers
from tests.people import ANA

FREE = "A troca é <b>de graça</b> em até 30 dias."
ARTICLE = {"title": "Trocas <i>", "body": f"{FREE} Guarde a nota!", "publish": "on"}


@pytest.fixture
def desk_settings() -> dict[str, Any]:
    """Claude answers, by a server that cites."""
    return {"claude_enabled": True, "anthropic_gateway": True}


async def test_a_messages_details_say_which_words_of_which_article_it_rests_on(
    desk: Desk, browsers: Browsers
) -> None:
    await desk.marta.post("/knowledge", ARTICLE)
    long = "Sim, dá para trocar sem pagar nada. " + "Conte o que houve com o vaso. " * 25
    steps = [
        {"text": long},
        {"text": "É de graça", "cites": FREE},
        {"text": ".\n\n" + long},
        {"text": "Guarde a nota", "cites": "Guarde a nota!"},
        {"text": "."},
    ]
    await desk.whatsapp.control("POST", "/claude/replies", steps=steps)
    await desk.whatsapp.says(ANA, "Posso trocar?")
    browser = await browsers.of()
    tab = await browser.tab("/c/1")
    first, second = tab.bubbles.nth(1), tab.bubbles.nth(2)
    await expect(first).to_contain_text("graça.")
    await expect(second).to_contain_text("nota.")
    for bubble, words, quoted, other in (
        (first, "É de graça", FREE, "Guarde a nota!"),
        (second, "Guarde a nota", "Guarde a nota!", FREE),
    ):
        number = await bubble.get_attribute("data-message")
        details = (await browser.tab(f"/c/1/messages/{number}/info")).page.locator(".info")
        quotes = details.locator(".info__quotes li")
        await expect(quotes).to_have_count(1)
        await expect(quotes.locator("p")).to_have_text(words)
        await expect(quotes.locator("blockquote")).to_have_text(quoted)
        await expect(quotes.locator("b, i")).to_have_count(0)
        await expect(details).not_to_contain_text(other)
    async with details.page.context.expect_page() as opened:
        await details.get_by_role("link", name=ARTICLE["title"]).click()
    article = await opened.value
    await expect(article.get_by_role("heading", name=ARTICLE["title"])).to_be_visible()


async def test_who_takes_over_and_who_asks_for_oneself_see_them_too(desk: Desk, browsers: Browsers) -> None:
    await desk.marta.post("/knowledge", ARTICLE)
    wish = {"reason": "needs_permission", "summary": "Sem nota.", "urgency": "normal"}
    cites = {"text": "É de graça.", "cites": FREE}
    await desk.whatsapp.control("POST", "/claude/replies", steps=[cites, {"tool": "handoff", "input": wish}])
    await desk.whatsapp.says(ANA, "Posso trocar?")
    browser = await browsers.of()
    card = (await browser.tab("/c/1")).page.locator(".handoff")
    await expect(card.get_by_role("link", name=ARTICLE["title"])).to_be_visible()
    await expect(card.locator("q")).to_have_text(FREE)

    await desk.whatsapp.control("POST", "/claude/replies", steps=[cites])
    page = (await browser.tab("/assistant")).page
    await page.get_by_label("Perguntar ao Claude").fill("Posso trocar?")
    await page.get_by_role("button", name="Enviar").click()
    sources = page.locator(".exchange__sources")
    await expect(sources.get_by_role("link", name=ARTICLE["title"])).to_be_visible()
    await expect(sources.locator("q")).to_have_text(FREE)
    await expect(page.locator(".exchange__answer")).to_have_text("É de graça.")
