"""A form's answer that the stream has overtaken, and a page that is fetched anew, leave what only this tab knows."""

import asyncio
from contextlib import suppress

from playwright.async_api import Error, Page, Route, expect

from tests.actors import Desk, WhatsApp
from tests.browser.actors import Browsers, Tab
from tests.browser.test_files import picture
from tests.deadline import patience
from tests.people import ANA, BRUNO
from tests.quick_replies.test_quick_replies import kept

WRITE_DOWN_THREADS = """() => {
  window.threads = []
  const seen = new MutationObserver(() => threads.push(document.getElementById("thread").dataset.thread))
  seen.observe(document.body, { subtree: true, attributeFilter: ["data-thread"] })
}"""


async def at_anas(browsers: Browsers, whatsapp: WhatsApp) -> Tab:
    await whatsapp.says(ANA, "Oi")
    tab = await (await browsers.of()).tab("/c/1")
    await tab.receives()
    return tab


async def held_back(page: Page, address: str) -> asyncio.Event:
    """What is posted there is done, and answered once this is set."""
    may_come = asyncio.Event()

    async def wait(route: Route) -> None:
        with suppress(Error):  # the test may have ended, and closed the page, before a later answer came
            answer = await route.fetch()
            body = await answer.body()
            await may_come.wait()
            await route.fulfill(status=answer.status, headers=answer.headers, body=body)

    await page.route(address, wait)
    return may_come


async def test_a_note_whose_answer_comes_after_the_news_is_kept_once_and_its_form_closes(
    browsers: Browsers, whatsapp: WhatsApp
) -> None:
    tab = await at_anas(browsers, whatsapp)
    page, note = tab.page, tab.page.locator("#note-text")
    may_come = await held_back(page, "**/c/1/notes")
    await page.locator("#composer [data-command='note']").click()
    await note.fill("Cliente antiga")
    await note.press("Enter")
    await expect(page.locator("#thread .note")).to_have_count(1)
    await expect(note).to_have_value("Cliente antiga")
    may_come.set()
    await expect(note).to_be_hidden()
    await expect(note).to_have_value("")
    await page.locator("#composer [data-command='note']").click()
    await note.fill("Paga à vista")
    await note.press("Enter")  # with a compose_id of its own
    await expect(page.locator("#thread .note")).to_have_count(2)


async def test_a_label_whose_answer_comes_after_the_news_is_shown_as_put(
    browsers: Browsers, whatsapp: WhatsApp
) -> None:
    await browsers.desk.marta.post("/labels", {"name": "Entrega", "colour": "teal"})
    tab = await at_anas(browsers, whatsapp)
    page = tab.page
    await page.locator(".header__more").click()
    await page.get_by_role("link", name="Etiquetas…").click()
    may_come = await held_back(page, "**/c/1/labels")
    label = page.locator("#sheet").get_by_role("button", name="Entrega")
    await label.click()
    await expect(tab.row(ANA).locator(".row__labels")).to_have_text("Etiquetas: Entrega")
    await expect(label).to_have_attribute("aria-pressed", "false")
    may_come.set()
    await expect(label).to_have_attribute("aria-pressed", "true")


async def test_a_page_that_is_fetched_anew_keeps_what_was_begun_beside_the_text(
    desk: Desk, browsers: Browsers, whatsapp: WhatsApp
) -> None:
    """A preview left out, a quote, a quick reply's file, the forwarding sheet, a selection, a note that is changed."""
    await kept(
        desk.marta, "catalogo", "O catálogo", files={"files": ("catalogo.png", picture("teal"), "image/png")}
    )
    tab = await at_anas(browsers, whatsapp)
    page = tab.page
    quote, carried = page.locator("#composer-quote"), page.locator("#composer-quick-reply")
    preview, offers = page.locator("#link-preview"), page.locator("#quick-replies [role=option]")
    looks = iter(("on", "off") * 3)

    async def fetched_anew() -> None:
        is_on = next(looks)
        await desk.marta.post("/settings", {"blue_ticks": is_on})
        app = page.locator("#app[data-blue-ticks]" if is_on == "on" else "#app:not([data-blue-ticks])")
        await expect(app).to_be_attached()

    await tab.text_box.fill("https://example.com")
    await preview.get_by_role("button").click()
    await expect(preview).to_be_hidden()
    await fetched_anew()
    await expect(preview).to_be_hidden()
    await tab.text_box.fill("")

    await tab.bubble("Oi").dblclick()
    await expect(quote).to_contain_text("Oi")
    await tab.text_box.press_sequentially("/cat")
    await expect(offers).to_have_count(1)
    await fetched_anew()
    await expect(offers).to_have_count(1)
    await tab.text_box.press("Enter")
    await expect(carried).to_contain_text("catalogo.png")
    await fetched_anew()
    await tab.text_box.press("Enter")
    await expect(tab.bubbles).to_have_count(2)
    [sent] = [one["payload"] for one in await whatsapp.accepted(at_least=1)]
    assert (sent["type"], bool(sent["context"]["message_id"])) == ("image", True)
    await expect(quote).to_be_empty()
    await expect(carried).to_be_empty()

    await tab.bubbles.first.locator(".bubble").click(button="right")
    await page.locator('#message-menu [data-command="select-messages"]').click()
    await fetched_anew()
    await expect(page.locator(".selection__count")).to_have_text("Selecionadas: 1")
    await page.get_by_role("button", name="Encaminhar").click()
    sheet = page.locator("#forward-sheet")
    await expect(sheet.get_by_role("searchbox")).to_be_visible()
    await fetched_anew()
    await expect(sheet.get_by_role("searchbox")).to_be_visible()
    await page.keyboard.press("Escape")
    await page.locator('[data-command="stop-selecting"]').click()

    note = page.locator("#note-text")
    await page.locator("#composer [data-command='note']").click()
    await note.fill("Antes")
    await note.press("Enter")
    await page.locator("#thread .note .bubble__menu").click()
    await page.locator("[data-action='edit-note']").click()
    await note.fill("Depois")
    await fetched_anew()
    await note.press("Enter")
    await expect(page.locator("#thread .note")).to_have_count(1)
    await expect(page.locator("#thread .note")).to_contain_text("Depois")


async def test_a_conversation_that_is_opened_while_the_page_is_fetched_anew_stays_open(
    desk: Desk, browsers: Browsers, whatsapp: WhatsApp
) -> None:
    await whatsapp.says(BRUNO, "Bom dia")
    tab = await (await browsers.of()).tab("/c/1")
    await whatsapp.says(ANA, "Boa tarde")
    await tab.receives()
    fetched, may_come = asyncio.Event(), asyncio.Event()

    async def wait(route: Route) -> None:
        if route.request.headers.get("hx-request"):
            return await route.continue_()
        with suppress(Error):  # as above
            answer = await route.fetch()
            body = await answer.body()
            fetched.set()
            await may_come.wait()
            await route.fulfill(status=answer.status, headers=answer.headers, body=body)

    await tab.page.route("**/c/1", wait)
    await desk.marta.post("/settings", {"blue_ticks": "on"})
    async with patience(10):
        await fetched.wait()
    await tab.choose(ANA)
    await tab.page.evaluate(WRITE_DOWN_THREADS)
    may_come.set()
    await expect(tab.page.locator("#app")).to_have_attribute("data-blue-ticks", "")
    await expect(tab.bubble("Boa tarde")).to_be_visible()
    assert await tab.page.evaluate("window.threads") == []  # Bruno's did not come back, not even for a moment
