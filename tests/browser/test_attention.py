"""The owner's second wish: a browser tab tells by itself that somebody waits, by title, icon and notification."""

from datetime import timedelta

from playwright.async_api import expect

from app import clock
from tests.actors import WhatsApp
from tests.browser.actors import LOST, Browsers, Tab
from tests.browser.links import both_transports
from tests.people import ANA, BRUNO

# A browser that has not been asked yet whether it may notify.
UNDECIDED = """
window.timesAsked = 0
class Undecided extends Notification {
  static permission = "default"
  static requestPermission() { window.timesAsked += 1; return Promise.resolve("granted") }
}
window.Notification = Undecided
"""


async def icon(tab: Tab) -> str:
    return str(await tab.page.locator("#favicon").get_attribute("href"))


@both_transports
async def test_title_and_icon_count_the_conversations_that_wait(
    browsers: Browsers, whatsapp: WhatsApp, link: str
) -> None:
    browser = await browsers.of()
    first, second = await browser.tab(), await browser.tab()
    await second.receives()
    await expect(first.page).to_have_title("Recado")
    plain = await icon(first)

    await whatsapp.says(ANA, "Oi")
    await whatsapp.says(ANA, "Tudo bem?")
    for tab in (first, second):
        await expect(tab.page).to_have_title("(1) Recado")
    await whatsapp.says(BRUNO, "Boa tarde")
    for tab in (first, second):
        await expect(tab.page).to_have_title("(2) Recado")
    await expect(first.page.locator("#favicon")).not_to_have_attribute("href", plain)
    with_two = await icon(first)

    await second.page.bring_to_front()
    await second.choose(ANA)
    for tab in (first, second):
        await expect(tab.page).to_have_title("(1) Recado")
    await expect(first.page.locator("#favicon")).not_to_have_attribute("href", with_two)


@both_transports
async def test_a_notification_comes_only_while_nobody_looks(
    browsers: Browsers, whatsapp: WhatsApp, link: str
) -> None:
    tab = await (await browsers.of()).tab()
    await tab.receives()
    await whatsapp.says(ANA, "enquanto alguém olha")
    await expect(tab.page).to_have_title("(1) Recado")

    await tab.goes_behind()
    await whatsapp.says(BRUNO, "*Tem* alguém aí?")
    await tab.page.wait_for_function("() => shownAlerts.length")
    shown = await tab.alerts()
    assert [(one["title"], one["body"]) for one in shown] == [(BRUNO.name, "Tem alguém aí?")]


async def test_a_conversations_newer_notification_takes_the_place_of_its_older_one(
    browsers: Browsers, whatsapp: WhatsApp
) -> None:
    tab = await (await browsers.of()).tab()
    await tab.receives()
    await tab.goes_behind()
    for text in ("um", "dois"):
        await whatsapp.says(ANA, text)
        await tab.page.wait_for_function("text => shownAlerts.some((one) => one.body === text)", arg=text)
    shown = await tab.alerts()
    assert len({one["tag"] for one in shown}) == 1
    assert all(one["renotify"] for one in shown)


async def test_a_notification_goes_away_once_its_conversation_was_read(
    browsers: Browsers, whatsapp: WhatsApp
) -> None:
    tab = await (await browsers.of()).tab()
    await tab.receives()
    await tab.goes_behind()
    await whatsapp.says(ANA, "Oi")
    await tab.page.wait_for_function("() => shownAlerts.length")
    await tab.page.bring_to_front()
    await tab.choose(ANA)
    await tab.page.wait_for_function("() => shownAlerts.every((one) => one.closed)")


async def test_two_tabs_that_nobody_looks_at_notify_once(browsers: Browsers, whatsapp: WhatsApp) -> None:
    browser = await browsers.of()
    first, second = await browser.tab(), await browser.tab()
    await second.receives()
    await first.lets_focus_go()
    await second.goes_behind()
    await whatsapp.says(ANA, "Oi")
    await expect(second.page).to_have_title("(1) Recado")
    await first.page.wait_for_function("() => shownAlerts.length")
    assert len(await first.alerts() + await second.alerts()) == 1


async def test_what_is_caught_up_on_after_a_long_absence_notifies_nobody(
    browsers: Browsers, whatsapp: WhatsApp, link: str
) -> None:
    browser = await browsers.of()
    browser.expects(*LOST)
    tab = await browser.tab()
    await tab.receives()
    await tab.goes_behind()
    await browser.context.set_offline(True)
    await whatsapp.says(ANA, "Oi")
    hours_later = clock.now() + timedelta(minutes=5)
    with clock.read_from(lambda: hours_later):
        await browser.context.set_offline(False)
        await expect(tab.page).to_have_title("(1) Recado")
        assert await tab.alerts() == []


async def test_permission_is_asked_for_by_a_click_and_never_before(browsers: Browsers) -> None:
    browser = await browsers.of()
    await browser.context.add_init_script(UNDECIDED)
    tab = await browser.tab()
    ask = tab.page.locator("#alert-permission button").first
    await expect(ask).to_be_visible()
    assert await tab.page.evaluate("timesAsked") == 0
    await ask.click()
    await expect(ask).to_be_hidden()
    assert await tab.page.evaluate("timesAsked") == 1


async def test_who_wants_no_notifications_is_not_asked_again(browsers: Browsers) -> None:
    browser = await browsers.of()
    await browser.context.add_init_script(UNDECIDED)
    tab = await browser.tab()
    await tab.page.locator(".alert-permission__dismiss").click()
    await tab.reloads()
    await tab.receives()
    await expect(tab.page.locator("#alert-permission")).to_be_hidden()
