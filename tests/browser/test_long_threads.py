"""A long conversation and a long list: opened at the right place, older ones on demand, and nothing jumps."""

import pytest
from playwright.async_api import expect

from app.simulator import inbound
from tests.actors import Desk, WhatsApp, within
from tests.browser.actors import Browsers, Tab
from tests.people import ANA

MANY = 120


@pytest.fixture
async def ana_wrote_much(desk: Desk, whatsapp: WhatsApp) -> None:
    """120 messages of Ana's, all read."""
    await whatsapp.control("POST", "/webhooks/hold")
    await whatsapp.meet(ANA)
    await whatsapp.control("POST", "/messages", customer=ANA.name, text="Mais uma coisa", count=MANY)
    await whatsapp.control("POST", "/webhooks/release", shape="entries")
    await within(20, lambda: everything_arrived(desk), what="the last message")
    await desk.marta.reply(1, "Li tudo.")


async def everything_arrived(desk: Desk) -> bool:
    return f'data-unread="{MANY}"' in (await desk.marta.open("/")).text


async def at_anas(browsers: Browsers) -> Tab:
    tab = await (await browsers.of()).tab("/c/1")
    await tab.receives()
    return tab


@pytest.mark.usefixtures("ana_wrote_much")
async def test_a_thread_opens_at_its_end_and_scrolling_up_loads_fifty_more_without_a_jump(
    browsers: Browsers,
) -> None:
    tab = await at_anas(browsers)
    assert await tab.distance_to_bottom() < 2
    await expect(tab.bubbles).to_have_count(50)

    await tab.thread.evaluate("box => { box.scrollTop = 30 }")
    first = tab.bubbles.first
    known = tab.page.locator(f"#{await first.get_attribute('id')}")
    before = await tab.top_of(known)
    await expect(tab.bubbles).to_have_count(100)
    assert abs(await tab.top_of(known) - before) <= 2

    await tab.scroll_to(0)
    await expect(tab.bubbles).to_have_count(MANY + 1)
    await expect(tab.page.locator(".more a:is(#thread *)")).to_have_count(0)
    assert await tab.page.locator(".day").count() == 1


@pytest.mark.usefixtures("ana_wrote_much")
async def test_the_very_first_line_in_view_stays_where_it_is_when_older_ones_come_above(
    browsers: Browsers,
) -> None:
    tab = await at_anas(browsers)
    known = tab.page.locator(f"#{await tab.bubbles.first.get_attribute('id')}")
    await tab.scroll_to(0)
    before = await tab.top_of(known)
    await expect(tab.bubbles).to_have_count(100)
    assert abs(await tab.top_of(known) - before) <= 60  # the line "loading older" made room


@pytest.mark.usefixtures("ana_wrote_much")
async def test_a_new_message_moves_nothing_for_who_reads_above_but_the_readers_own_leads_down(
    browsers: Browsers, whatsapp: WhatsApp
) -> None:
    tab = await at_anas(browsers)
    await tab.thread.evaluate("box => { box.scrollTop = box.scrollHeight / 2 }")
    place = await tab.thread.evaluate("box => box.scrollTop")
    await expect(tab.page.locator(".to-bottom")).to_be_visible()

    count = tab.page.locator(".to-bottom__count")
    for number in (1, 2):
        await whatsapp.says(ANA, f"nova {number}")
        await expect(count).to_have_text(str(number))
    assert await tab.thread.evaluate("box => box.scrollTop") == place

    await tab.send("Já respondo")
    await within(5, lambda: is_at_bottom(tab), what="the end of the thread")
    await expect(tab.page.locator(".to-bottom")).to_be_hidden()
    await whatsapp.says(ANA, "nova 3")
    await expect(tab.bubble("nova 3")).to_be_in_viewport()


async def is_at_bottom(tab: Tab) -> bool:
    return await tab.distance_to_bottom() < 2


async def test_a_list_of_many_conversations_comes_in_pages_of_fifty(
    browsers: Browsers, whatsapp: WhatsApp
) -> None:
    await whatsapp.control("POST", "/webhooks/hold")
    for number in range(MANY):
        inbound.write(whatsapp.world, whatsapp.world.welcome(f"55119{number:08}"), "Oi")
    await whatsapp.control("POST", "/webhooks/release", shape="entries")

    browser = await browsers.of()
    tab = await browser.tab()
    await expect(tab.page).to_have_title(f"({MANY}) Recado")
    await tab.reloads()
    await tab.receives()
    await expect(tab.rows).to_have_count(50)
    for shown in (100, MANY):
        await tab.page.locator("#more-rows").scroll_into_view_if_needed()
        await expect(tab.rows).to_have_count(shown)
    ids = await tab.rows.evaluate_all("rows => rows.map((row) => row.dataset.k)")
    assert ids == sorted(set(ids), reverse=True)
