"""Private notes: impossible to confuse with a message, and whom they name is told."""

from uuid import uuid4

from playwright.async_api import expect

from tests.actors import Desk, WhatsApp, within
from tests.browser.actors import Browsers
from tests.people import ANA, BRUNO, MARTA, PAULO


async def test_a_note_is_yellow_names_a_colleague_and_leaves_the_answer_to_the_customer_alone(
    desk: Desk, browsers: Browsers, whatsapp: WhatsApp
) -> None:
    await whatsapp.says(ANA, "Tem desconto?")
    await whatsapp.says(BRUNO, "Oi")
    await desk.attendant(PAULO)
    paulos = await (await browsers.of(PAULO)).tab("/c/2")
    await paulos.receives()
    await paulos.unread(ANA, 0)
    tab = await (await browsers.of()).tab("/c/1")
    await tab.receives()
    page, note = tab.page, tab.page.locator("#note-text")
    await tab.text_box.fill("Vou perguntar")

    await page.locator("#composer [data-command='note']").click()
    await expect(note).to_be_focused()
    await note.press_sequentially("Pode dar 10 %? @pa")
    await expect(page.get_by_role("option")).to_have_count(1)
    await note.press("Enter")
    await expect(note).to_have_value(f"Pode dar 10 %? @{PAULO.name} ")
    await note.press("Escape")  # closed, not lost
    await expect(note).to_be_hidden()
    await page.locator("#composer [data-command='note']").click()
    await expect(note).to_have_value(f"Pode dar 10 %? @{PAULO.name} ")
    await note.press("Enter")
    written = page.locator("#thread .note")
    await expect(written).to_contain_text("Pode dar 10 %?")
    await expect(note).to_be_hidden()
    await expect(tab.text_box).to_have_value("Vou perguntar")
    await expect(tab.text_box).to_be_focused()
    colour = "element => getComputedStyle(element).backgroundColor"
    assert await written.locator(".bubble").evaluate(colour) == "rgb(255, 240, 212)"

    await expect(paulos.row(ANA).get_by_title("Você foi citado aqui")).to_be_visible()
    await paulos.choose(ANA)
    await expect(paulos.page.locator("#thread .note")).to_be_visible()
    await expect(paulos.row(ANA).get_by_title("Você foi citado aqui")).to_have_count(0)
    assert await whatsapp.accepted() == []

    await written.locator(".bubble__menu").click()
    await page.locator("[data-action='edit-note']").click()
    await expect(note).to_be_focused()
    await note.fill("Esqueça")
    await note.press("Enter")
    await expect(written).to_contain_text("Esqueça")
    await written.locator(".bubble__menu").click()
    await page.locator("[data-action='remove-note']").click()
    await expect(written).to_contain_text("Esta nota foi desfeita")


async def test_whoever_looks_at_a_note_that_names_them_has_seen_it_also_where_nothing_is_unread(
    desk: Desk, browsers: Browsers, whatsapp: WhatsApp
) -> None:
    await whatsapp.says(ANA, "Oi")
    paulo = await desk.attendant(PAULO)
    browser = await browsers.of()
    tab = await browser.tab("/c/1")
    await tab.receives()
    await tab.unread(ANA, 0)
    named = tab.row(ANA).get_by_title("Você foi citado aqui")

    def told() -> int:
        return len([one for one in browser.requests if one.url.endswith("/c/1/reading")])

    for words in ("pode ver?", "e isto?"):
        before = told()
        await paulo.post("/c/1/notes", {"text": f"@{MARTA.name} {words}", "compose_id": str(uuid4())})
        await expect(tab.page.locator("#thread .note").last).to_contain_text(words)
        await within(10, lambda: told() > before, what="that she has seen it")  # noqa: B023
        await expect(named).to_have_count(0)
        assert told() == before + 1
    await tab.reloads()
    await expect(tab.row(ANA)).to_be_visible()
    await expect(named).to_have_count(0)
