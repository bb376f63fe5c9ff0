"""What can be done with messages, by the menu and in select mode (B.6, B.8)."""

import re
from datetime import datetime
from zoneinfo import ZoneInfo

from playwright.async_api import expect

from tests.actors import Desk, WhatsApp
from tests.browser.actors import Browsers
from tests.people import ANA

LONG = "Uma frase bem comprida que se repete. " * 60


async def test_the_message_menu_stars_deletes_for_me_with_undo_and_shows_details(
    browsers: Browsers, whatsapp: WhatsApp
) -> None:
    for text in ("um", "dois", LONG.strip()):
        await whatsapp.says(ANA, text)
    tab = await (await browsers.of(viewport={"width": 1400, "height": 800})).tab("/c/1")
    await tab.receives()
    page, menu = tab.page, tab.page.locator("#message-menu")

    async def chooses(text: str, command: str) -> None:
        await tab.bubble(text).locator(".bubble").click(button="right")
        await menu.locator(f'[data-command="{command}"]').click()

    # "Ler mais": a very long text is folded.
    long = tab.bubbles.last
    folded = await long.evaluate("bubble => bubble.offsetHeight")
    await long.get_by_role("button", name="Ler mais").click()
    assert await long.evaluate("bubble => bubble.offsetHeight") > folded * 1.2

    # In WhatsApp's order.
    await tab.bubble("um").locator(".bubble").click(button="right")
    await expect(menu.locator("[data-command]").first).to_be_visible()
    names = await menu.locator("[data-command]").evaluate_all("all => all.map((one) => one.dataset.command)")
    order = [
        "reply",
        "forward",
        "copy",
        "star",
        "download",
        "message-info",
        "delete-for-me",
        "select-messages",
    ]
    assert [name for name in order if name in names] == [name for name in names if name in order]
    await page.keyboard.press("Escape")

    # Star.
    star = tab.bubble("um").locator(".bubble__star")
    await expect(star).to_be_hidden()
    await chooses("um", "star")
    await expect(star).to_be_visible()

    # Message details, in the drawer.
    await chooses("um", "message-info")
    await expect(page.locator("#drawer").get_by_text("Recebida")).to_be_visible()
    await page.keyboard.press("Escape")

    # Delete for me, with undo.
    await chooses("um", "delete-for-me")
    await expect(tab.bubble("um")).to_have_count(0)
    await page.get_by_role("button", name="Desfazer").click()
    await expect(tab.bubble("um")).to_be_visible()
    await expect(star).to_be_visible()
    await expect(page.locator("#done form")).to_have_count(0)

    # From the favourites back to the message.
    await page.goto(page.url.replace("/c/1", "/starred"))
    found = page.locator(".found__link")
    await expect(found).to_have_attribute(
        "href", re.compile(r"/c/1\?at=\d+$")
    )  # left out once it has been reached
    await found.click()
    await expect(tab.bubble("um")).to_be_in_viewport()


async def test_select_mode_and_selected_text_are_copied_with_who_and_when(
    browsers: Browsers, desk: Desk, whatsapp: WhatsApp
) -> None:
    await whatsapp.says(ANA, "um")
    await desk.marta.reply(1, "dois\nlinhas")
    browser = await browsers.of()
    await browser.context.grant_permissions(["clipboard-read", "clipboard-write"])
    tab = await browser.tab("/c/1")
    await tab.receives()
    page, bar = tab.page, tab.page.locator("#selection")
    today = datetime.now(ZoneInfo("America/Sao_Paulo")).strftime("%d/%m/%Y")
    lines = rf"\[\d\d:\d\d, {today}\] {ANA.name}: um\n\[\d\d:\d\d, {today}\] marta: dois\nlinhas"

    async def clipboard() -> str:
        return str(await page.evaluate("navigator.clipboard.readText()"))

    async def selects() -> None:
        await tab.bubble("um").locator(".bubble").click(button="right")
        await page.locator('[data-command="select-messages"]').click()
        await expect(bar).to_be_visible()
        await tab.bubbles.last.click()
        await expect(bar.locator(".selection__count")).to_have_text(re.compile("2$"))

    # Copied one by one.
    await selects()
    await expect(tab.bubbles.last.get_by_role("checkbox")).to_be_checked()
    await bar.get_by_role("button", name="Copiar").click()
    await expect(bar).to_be_hidden()
    assert re.fullmatch(lines, await clipboard()), await clipboard()

    # What arrives meanwhile can be chosen too, by keyboard; Escape leaves.
    await selects()
    await whatsapp.says(ANA, "três")
    await expect(tab.bubble("três").get_by_role("checkbox")).not_to_be_checked()
    await tab.bubble("três").get_by_role("checkbox").focus()
    await page.keyboard.press(" ")
    await expect(bar.locator(".selection__count")).to_have_text(re.compile("3$"))
    await page.keyboard.press("Escape")
    await expect(bar).to_be_hidden()
    await expect(page.locator(".selection__box")).to_have_count(0)

    # All starred at once.
    await selects()
    await bar.get_by_role("button", name="Favoritar").click()
    await expect(page.locator("#thread [data-local-starred]")).to_have_count(2)
    await expect(bar).to_be_hidden()

    # Selected as text.
    await page.evaluate(
        """() => {
          const [first, second] = document.querySelectorAll("#thread .bubble__body bdi")
          getSelection().setBaseAndExtent(first.firstChild, 0, second, second.childNodes.length)
        }"""
    )
    await page.keyboard.press("Control+c")
    assert re.fullmatch(lines, await clipboard()), await clipboard()
