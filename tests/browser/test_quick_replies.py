"""Quick replies in the composer, by keyboard and by pointer, made and used in one page."""

import asyncio

from playwright.async_api import FilePayload, Route, expect

from tests.actors import WhatsApp, within
from tests.browser.actors import LOST, Browsers
from tests.browser.test_files import picture
from tests.deadline import patience
from tests.people import ANA
from tests.quick_replies.test_quick_replies import kept

CATALOGUE: FilePayload = {"name": "catalogo.png", "mimeType": "image/png", "buffer": picture("teal")}


async def test_a_slash_offers_the_quick_replies_and_enter_puts_one_in_its_place(
    browsers: Browsers, whatsapp: WhatsApp
) -> None:
    await whatsapp.says(ANA, "Oi")
    tab = await (await browsers.of()).tab("/quick-replies")
    page = tab.page
    for shortcut, text, files in (
        ("frete", "Olá {{nome}}, o frete é *R$ 12*.", []),
        ("horario", "Abrimos às 9h", []),
        ("catalogo", "O catálogo, {{nome}}", [CATALOGUE]),
    ):
        await page.get_by_role("link", name="Nova").click()
        await page.get_by_label("Atalho").fill(shortcut)
        await page.get_by_label("O que ela diz").fill(text)
        await page.get_by_label("Um arquivo que vai junto").set_input_files(files)
        await page.get_by_role("button", name="Salvar").click()
    await expect(page.locator("[data-quick-reply]")).to_have_count(3)

    await tab.visits(tab.page.url.replace("/quick-replies", "/c/1"))
    await tab.receives()
    offers = page.get_by_role("option")
    chosen = page.locator('[role="option"][aria-selected="true"]')
    await tab.text_box.press_sequentially("/")
    await expect(offers).to_have_count(3)
    await expect(chosen).to_contain_text("/catalogo")
    await tab.text_box.press_sequentially("fre")
    await expect(offers).to_have_count(1)
    await tab.text_box.press("Enter")
    await expect(tab.text_box).to_have_value("Olá Ana, o frete é *R$ 12*.")
    await tab.text_box.press("Enter")
    await expect(tab.bubble("R$ 12")).to_be_visible()

    await tab.text_box.press_sequentially("/HORÁ")  # neither accents nor capitals matter
    await expect(chosen).to_contain_text("/horario")
    await tab.text_box.press("Escape")
    await expect(offers).to_have_count(0)
    await expect(tab.text_box).to_have_value("/HORÁ")
    await tab.text_box.fill("")
    await tab.text_box.press_sequentially("/")
    await expect(chosen).to_contain_text("/frete")  # the one that was sent stands first
    await tab.text_box.press("ArrowUp")
    await expect(chosen).to_contain_text("/horario")
    await tab.text_box.press("Tab")
    await expect(tab.text_box).to_have_value("Abrimos às 9h")
    await tab.text_box.fill("")

    await page.locator(".attach").click()
    await page.locator("[data-command='quick-replies']").click()
    await page.locator('[role="option"]', has_text="/catalogo").click()
    await expect(page.locator("#composer-quick-reply")).to_contain_text("catalogo.png")
    await page.get_by_role("button", name="Enviar sem este arquivo").click()
    await expect(page.locator("#composer-quick-reply")).to_be_empty()
    await tab.text_box.fill("")
    await tab.text_box.press_sequentially("/cat")
    await expect(chosen).to_contain_text("/catalogo")
    await tab.text_box.press("Enter")
    await tab.text_box.fill("")  # the file alone
    await tab.text_box.press("Enter")
    await expect(page.locator("#composer-quick-reply")).to_be_empty()
    accepted = await whatsapp.accepted(at_least=2)
    assert [one["payload"]["type"] for one in accepted] == ["text", "image"]
    assert not accepted[1]["payload"]["image"].get("caption")


async def test_enter_behind_a_slash_chooses_also_where_the_replies_are_still_on_their_way(
    browsers: Browsers, whatsapp: WhatsApp
) -> None:
    await whatsapp.says(ANA, "Oi")
    await kept(browsers.desk.marta, "frete", "O frete é R$ 12.")
    browser = await browsers.of()
    browser.expects(*LOST)
    tab = await browser.tab("/c/1")
    await tab.receives()
    asked, may_come = asyncio.Event(), asyncio.Event()

    async def lose(route: Route) -> None:
        asked.set()
        await may_come.wait()
        await route.abort()

    async def wait(route: Route) -> None:
        asked.set()
        await may_come.wait()
        await route.continue_()

    for answer in (lose, wait):
        await tab.page.route("**/c/1/quick-replies", answer, times=1)
        await tab.text_box.fill("")
        await tab.text_box.press_sequentially("/fre")
        async with patience(10):
            await asked.wait()
        await tab.text_box.press("Enter")
        await expect(tab.text_box).to_have_value("/fre")
        may_come.set()
        if answer is lose:
            await expect(tab.page.locator("#toast")).to_be_visible()
            await expect(tab.text_box).to_have_value("/fre")
        asked.clear()
        may_come.clear()
    await expect(tab.text_box).to_have_value("O frete é R$ 12.")
    await expect(tab.bubbles).to_have_count(1)
    await tab.text_box.press("Enter")
    await expect(tab.bubble("O frete é R$ 12.")).to_be_visible()
    await expect(tab.bubbles).to_have_count(2)


async def test_a_list_opened_again_while_it_is_on_its_way_is_asked_for_once_and_has_its_choice(
    browsers: Browsers, whatsapp: WhatsApp
) -> None:
    await whatsapp.says(ANA, "Oi")
    await kept(browsers.desk.marta, "frete", "O frete é R$ 12.")
    tab = await (await browsers.of()).tab("/c/1")
    await tab.receives()
    asked: list[Route] = []

    async def wait(route: Route) -> None:
        asked.append(route)

    await tab.page.route("**/c/1/quick-replies", wait)
    chosen = tab.page.locator('[role="option"][aria-selected="true"]')
    for _ in range(2):
        await tab.text_box.press_sequentially("/")
        await within(10, lambda: asked, what="the request")
        await tab.text_box.press("Escape")
        await tab.text_box.fill("")
    await tab.text_box.press_sequentially("/f")
    [route] = asked
    await route.continue_()
    await expect(chosen).to_contain_text("/frete")
