"""The owner's fifth wish: how far each message came: clock, one tick, two ticks, or why it did not arrive."""

import time
from collections.abc import Callable
from datetime import datetime, timedelta

from playwright.async_api import Locator, expect

from app import clock
from tests.actors import WhatsApp
from tests.browser.actors import Browsers, Tab
from tests.browser.links import every_link
from tests.people import ANA

NO_REPORTS = {"name": "no_statuses"}
HELD = {"kind": "slow", "hold": True}
NOT_ON_WHATSAPP = {"kind": "failed", "code": 131026}


def drawn(bubble: Locator, icon: str) -> Locator:
    """The tick of a bubble, if it is this one."""
    return bubble.locator(f'.ticks use[href$="#{icon}"]')


def later(*, seconds: float) -> Callable[[], datetime]:
    """A clock that is ahead and goes on."""
    started, base = time.monotonic(), clock.now() + timedelta(seconds=seconds)
    return lambda: base + timedelta(seconds=time.monotonic() - started)


async def colour(tab: Tab, text: str) -> str:
    return str(await tab.bubble(text).locator(".ticks").evaluate("tick => getComputedStyle(tick).color"))


@every_link
async def test_a_message_gets_its_clock_then_one_tick_then_two(
    browsers: Browsers, whatsapp: WhatsApp, link: str
) -> None:
    await whatsapp.says(ANA, "Oi")
    tab = await (await browsers.of()).tab("/c/1")
    await tab.receives()
    await whatsapp.breaks(NO_REPORTS, HELD)
    await tab.send("Olá!")
    bubble = tab.bubble("Olá!")
    await expect(drawn(bubble, "clock")).to_be_attached()
    await whatsapp.goes_on()
    await expect(bubble).to_have_attribute("data-status", "sent")
    await expect(drawn(bubble, "check")).to_be_attached()
    await expect(drawn(tab.row(ANA), "check")).to_be_attached()

    sent = (await whatsapp.accepted(at_least=1))[0]["wamid"]
    await whatsapp.reports(sent, "delivered")
    await expect(bubble).to_have_attribute("data-status", "delivered")
    await expect(drawn(bubble, "check-check")).to_be_attached()
    await expect(drawn(tab.row(ANA), "check-check")).to_be_attached()


async def test_a_failed_message_says_why_and_its_button_sends_it_again(
    browsers: Browsers, whatsapp: WhatsApp, link: str
) -> None:
    await whatsapp.says(ANA, "Oi")
    tab = await (await browsers.of()).tab("/c/1")
    await tab.receives()
    await whatsapp.breaks(NOT_ON_WHATSAPP)
    await tab.send("Chegou?")
    bubble = tab.bubble("Chegou?")
    await expect(bubble).to_have_attribute("data-status", "failed")
    await expect(drawn(bubble, "circle-alert")).to_be_attached()
    assert len(await bubble.locator(".problem__words").inner_text()) > 20

    await bubble.locator('[data-action="retry"]').click()
    await expect(bubble).to_have_attribute("data-status", "delivered")
    await expect(bubble.locator(".problem")).to_have_count(0)
    await expect(tab.bubbles).to_have_count(2)
    assert len(await whatsapp.accepted(at_least=2)) == 2


async def test_a_message_that_nobody_confirms_waits_two_minutes_then_asks(
    browsers: Browsers, whatsapp: WhatsApp, link: str
) -> None:
    await whatsapp.says(ANA, "Oi")
    tab = await (await browsers.of()).tab("/c/1")
    await tab.receives()
    await whatsapp.breaks(NO_REPORTS, "drop")
    await tab.send("Chegou?")
    bubble = tab.bubble("Chegou?")
    await expect(bubble).to_have_attribute("data-status", "unknown")
    await expect(drawn(bubble, "clock")).to_be_attached()
    await expect(bubble.locator(".problem")).to_have_count(0)

    with clock.read_from(later(seconds=121)):
        await expect(bubble.locator(".problem__words")).to_be_visible()
        await expect(drawn(bubble, "clock")).to_be_attached()
        await bubble.locator('[data-action="retry"]').click()
        await expect(bubble).to_have_attribute("data-status", "delivered")


async def test_read_is_blue_only_with_the_setting_and_then_in_every_open_tab_at_once(
    browsers: Browsers, whatsapp: WhatsApp, link: str
) -> None:
    await whatsapp.says(ANA, "Oi")
    browser = await browsers.of()
    first, second = await browser.tab("/c/1"), await browser.tab("/c/1")
    elsewhere = await (await browsers.of()).tab("/c/1")
    for tab in (first, second, elsewhere):
        await tab.receives()
    await whatsapp.breaks(NO_REPORTS)
    await first.send("Leu?")
    sent = (await whatsapp.accepted(at_least=1))[0]["wamid"]
    await whatsapp.reports(sent, "delivered")
    await expect(second.bubble("Leu?")).to_have_attribute("data-status", "delivered")
    grey = await colour(second, "Leu?")
    await whatsapp.reports(sent, "read")
    await expect(second.bubble("Leu?")).to_have_attribute("data-status", "read")
    assert await colour(second, "Leu?") == grey

    await first.text_box.fill("ainda escrevo")
    await browsers.desk.marta.post("/settings", {"blue_ticks": "on"})
    for tab in (first, second, elsewhere):
        await expect(tab.bubble("Leu?").locator(".ticks")).not_to_have_css("color", grey)
    await expect(first.text_box).to_have_value("ainda escrevo")
