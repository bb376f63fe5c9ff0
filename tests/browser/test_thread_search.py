"""Search within one conversation, in the drawer beside it (B.6: "Pesquisar"; by words and by date)."""

import re
from datetime import timedelta
from zoneinfo import ZoneInfo

from playwright.async_api import expect

from app import clock
from tests.actors import Desk, WhatsApp
from tests.browser.actors import Browsers
from tests.people import ANA, BRUNO


async def test_search_in_the_conversation_walks_through_its_hits_and_goes_to_a_day(
    browsers: Browsers, desk: Desk, whatsapp: WhatsApp
) -> None:
    yesterday = clock.now() - timedelta(hours=30)
    await whatsapp.says(ANA, "A promoção acabou?", at=yesterday.timestamp())
    for number in range(20):
        await whatsapp.says(ANA, f"linha {number}\n\n.")
    await whatsapp.says(ANA, "Quero a PROMOCAO de ontem")
    await whatsapp.says(BRUNO, "Também quero a promoção")
    conversation = await desk.marta.conversation_with(ANA.name)
    browser = await browsers.of(viewport={"width": 1400, "height": 700})
    tab = await browser.tab(f"/c/{conversation}")
    await tab.receives()
    page, drawer = tab.page, tab.page.locator("#drawer")

    await page.locator('[data-command="search-in-thread"]').click()
    field = drawer.get_by_role("searchbox", name="Pesquisar na conversa")
    await expect(field).to_be_focused()
    await field.press_sequentially("promoça")
    hits = drawer.locator("a[data-jump]")
    await expect(hits).to_have_count(
        2
    )  # without accents or capitals, of this conversation alone, newest first
    await expect(hits.first.locator("mark")).to_have_text("PROMOCA")
    await expect(page).to_have_url(re.compile(r"/search\?q=promo"))

    # Enter and the arrows walk through them; the field keeps the focus.
    await page.keyboard.press("Enter")
    await expect(hits.first).to_have_attribute("aria-current", "true")
    await expect(tab.bubble("Quero a PROMOCAO de ontem")).to_be_in_viewport()
    await page.keyboard.press("ArrowDown")
    await expect(tab.bubble("A promoção acabou?")).to_be_in_viewport()
    await expect(hits.nth(1)).to_have_attribute("aria-current", "true")
    await page.keyboard.press("ArrowUp")
    await expect(tab.bubble("Quero a PROMOCAO de ontem")).to_be_in_viewport()
    await expect(field).to_be_focused()

    # To a day: its first message.
    await drawer.get_by_label("Ir para um dia").fill(
        yesterday.astimezone(ZoneInfo("America/Sao_Paulo")).date().isoformat()
    )
    await expect(tab.bubble("A promoção acabou?")).to_be_in_viewport()
    await page.keyboard.press("Escape")
    await expect(drawer).to_be_hidden()


async def test_what_one_deleted_for_oneself_is_not_found_and_a_missing_day_says_so(
    desk: Desk, whatsapp: WhatsApp
) -> None:
    await whatsapp.says(ANA, "O segredo é este")
    [message] = [one.id for one in await desk.marta.bubbles(1)]
    found = (await desk.marta.open("/c/1/search?q=SEGREDO")).text
    assert f'data-jump="{message}"' in found
    assert f'data-jump="{message}"' in (await desk.marta.open("/c/1/search?day=2020-01-01")).text
    assert "Nada foi escrito nesse dia" in (await desk.marta.open("/c/1/search?day=2999-01-01")).text
    await desk.marta.post("/c/1/hidden-messages", {"message": str(message), "on": "on"})
    assert "Nada encontrado" in (await desk.marta.open("/c/1/search?q=segredo")).text
