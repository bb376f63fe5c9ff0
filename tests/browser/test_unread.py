"""The owner's third wish: each row says how much of it is unread, and no longer than it is."""

import re

from playwright.async_api import expect

from tests.actors import Desk, WhatsApp
from tests.browser.actors import Browsers
from tests.browser.links import every_link
from tests.people import ANA, BRUNO, PAULO

LONG = "\n".join(f"linha {number}" for number in range(80))


@every_link
async def test_a_badge_counts_in_every_tab_and_goes_when_its_reader_has_seen_it(
    desk: Desk, browsers: Browsers, whatsapp: WhatsApp, link: str
) -> None:
    await whatsapp.says(ANA, "Oi")
    await desk.attendant(PAULO)
    browser = await browsers.of()
    first, second = await browser.tab(), await browser.tab()
    paulo = await (await browsers.of(PAULO)).tab()
    for tab in (first, second, paulo):
        await tab.receives()

    await whatsapp.says(ANA, "Tudo bem?")
    await first.unread(ANA, 2)
    await second.unread(ANA, 2)
    await paulo.unread(ANA, 1)  # who came later is not greeted by old messages
    await expect(first.row(ANA).locator(".badge")).to_have_text("2")

    await first.choose(ANA)
    await first.unread(ANA, 0)
    await second.unread(ANA, 0)
    await paulo.unread(ANA, 1)  # what Marta has seen, Paulo has not

    await first.send("Tudo!")
    await paulo.unread(ANA, 0)  # answered: nobody needs to look


async def test_what_arrives_in_the_open_conversation_is_read_at_once(
    browsers: Browsers, whatsapp: WhatsApp, link: str
) -> None:
    await whatsapp.says(ANA, "Oi")
    tab = await (await browsers.of()).tab("/c/1")
    await tab.receives()
    await tab.unread(ANA, 0)
    async with tab.page.expect_request(re.compile("/reading$")):
        await whatsapp.says(ANA, "Tudo bem?")
    await tab.unread(ANA, 0)
    await expect(tab.page).to_have_title("Recado")


async def test_what_arrives_below_the_readers_place_stays_unread_until_they_come_down(
    browsers: Browsers, whatsapp: WhatsApp, link: str
) -> None:
    await whatsapp.says(ANA, LONG)
    tab = await (await browsers.of()).tab("/c/1")
    await tab.receives()
    await tab.page.locator(".to-bottom").click()  # it opened at the unread bar
    await tab.unread(ANA, 0)

    await tab.scroll_to(0)
    await whatsapp.says(ANA, "Viu?")
    await tab.unread(ANA, 1)
    await expect(tab.page.locator(".to-bottom__count")).to_have_text("1")
    await whatsapp.says(BRUNO, "outra pessoa")
    await tab.unread(BRUNO, 1)
    await tab.unread(ANA, 1)

    await tab.page.locator(".to-bottom").click()
    await tab.unread(ANA, 0)
    await expect(tab.page).to_have_title("(1) Recado")


async def test_what_arrives_while_nobody_looks_stays_unread_until_the_reader_is_back(
    browsers: Browsers, whatsapp: WhatsApp, link: str
) -> None:
    await whatsapp.says(ANA, "Oi")
    tab = await (await browsers.of()).tab("/c/1")
    await tab.receives()
    await tab.unread(ANA, 0)

    await tab.goes_behind()
    await whatsapp.says(ANA, "Tem alguém?")
    await tab.unread(ANA, 1)
    await expect(tab.page).to_have_title("(1) Recado")
    await tab.page.bring_to_front()
    await tab.unread(ANA, 0)
    await expect(tab.page.locator(".unread-bar + [data-message]")).to_contain_text("Tem alguém?")
    await whatsapp.says(ANA, "Aqui")  # it came while somebody looked: the bar stays where it was
    await expect(tab.bubble("Aqui")).to_be_visible()
    await expect(tab.page.locator(".unread-bar")).to_have_text("1 mensagem não lida")


async def test_a_bar_stands_above_the_first_unread_message_until_the_reader_answers(
    browsers: Browsers, whatsapp: WhatsApp
) -> None:
    await whatsapp.says(ANA, LONG)
    tab = await (await browsers.of()).tab("/c/1")
    await tab.send("Lido.")
    await tab.visits(browsers.address + "/settings")
    await whatsapp.says(ANA, "primeira nova")
    await whatsapp.says(ANA, LONG)

    await tab.visits(browsers.address + "/c/1")
    bar = tab.page.locator(".unread-bar")
    await expect(bar).to_contain_text("2")
    await expect(bar).to_be_in_viewport()
    await expect(tab.page.locator(".unread-bar + [data-message]")).to_contain_text("primeira nova")
    await tab.send("Li tudo.")
    await expect(bar).to_have_count(0)
