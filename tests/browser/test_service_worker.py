"""The worker behind the pages: it calls while no tab is open, and answers while we cannot be reached."""

import asyncio
import json
from typing import Any

from playwright.async_api import CDPSession, expect

from tests.actors import WhatsApp, within
from tests.browser.actors import LOST, Browsers
from tests.deadline import patience
from tests.people import ANA, BRUNO

SHOWN = """async () => (await (await navigator.serviceWorker.ready).getNotifications())
  .map(({title, body, tag}) => ({title, body, tag}))"""
KEPT = """async () => {
  const addresses = []
  for (const name of await caches.keys()) addresses.push(...await (await caches.open(name)).keys())
  return addresses.map(({url}) => new URL(url).pathname)
}"""
# As the desktop does it, which no browser of a test has; only there the worker may bring a window to the front.
CLICK = """async () => {
  const [notification] = await registration.getNotifications()
  dispatchEvent(new NotificationEvent("notificationclick", { notification }))
}"""
TAKEN_OVER = "() => navigator.serviceWorker.controller !== null"


async def registration_at(session: CDPSession) -> str:
    found: asyncio.Future[str] = asyncio.get_running_loop().create_future()

    def keep(news: dict[str, Any]) -> None:
        if news["registrations"] and not found.done():
            found.set_result(news["registrations"][0]["registrationId"])

    session.on("ServiceWorker.workerRegistrationUpdated", keep)
    await session.send("ServiceWorker.enable")
    async with patience(10):
        return await found


async def test_a_push_shows_one_notification_for_each_conversation_until_it_is_read(
    browsers: Browsers, whatsapp: WhatsApp
) -> None:
    await whatsapp.says(ANA, "Tem em *azul*?")
    browser = await browsers.of()
    tab = await browser.tab()
    await tab.page.wait_for_function(TAKEN_OVER)
    session = await browser.context.new_cdp_session(tab.page)
    registration = await registration_at(session)
    told = json.dumps({"conversation": 1, "why": "message", "words": "Nova mensagem"})
    push = {"origin": browser.address, "registrationId": registration, "data": told}
    await session.send("ServiceWorker.deliverPushMessage", push)  # a tab is there, which shows it by itself
    await tab.page.goto("about:blank")
    for _ in range(2):
        await session.send("ServiceWorker.deliverPushMessage", push)
    await tab.page.goto(f"{browser.address}/settings")

    async def is_shown() -> bool:
        return bool(await tab.page.evaluate(SHOWN))

    await within(10, is_shown, what="a notification")
    assert await tab.page.evaluate(SHOWN) == [{"title": ANA.name, "body": "Tem em azul?", "tag": "1"}]
    await tab.visits(f"{browser.address}/c/1")

    async def is_withdrawn() -> bool:
        return not await is_shown()

    await within(10, is_withdrawn, what="the end of the notification")


async def test_a_page_that_shows_no_messages_neither_keeps_a_push_away_nor_is_where_it_opens(
    browsers: Browsers, whatsapp: WhatsApp
) -> None:
    await whatsapp.says(ANA, "Oi")
    browser = await browsers.of()
    inbox = await browser.tab()
    await inbox.page.wait_for_function(TAKEN_OVER)
    await inbox.page.goto("about:blank")
    settings = await browser.tab("/settings")
    session = await browser.context.new_cdp_session(settings.page)
    registration = await registration_at(session)
    told = json.dumps({"conversation": 1, "why": "message", "words": "Nova mensagem"})
    push = {"origin": browser.address, "registrationId": registration, "data": told}
    await session.send("ServiceWorker.deliverPushMessage", push)

    async def shown() -> list[dict[str, Any]]:
        return list(await settings.page.evaluate(SHOWN))

    [call] = await within(10, shown, what="a notification")
    assert call["title"] == ANA.name
    await inbox.visits(browser.address)
    await settings.page.bring_to_front()
    [worker] = browser.context.service_workers
    await worker.evaluate(CLICK)
    await expect(inbox.page).to_have_url(f"{browser.address}/c/1")
    await expect(settings.page).to_have_url(f"{browser.address}/settings")


async def test_without_a_connection_the_page_says_so_in_the_attendants_language(
    browsers: Browsers, whatsapp: WhatsApp
) -> None:
    await whatsapp.says(BRUNO, "Um segredo")
    browser = await browsers.of()
    browser.expects(*LOST)
    tab = await browser.tab("/c/1")
    await tab.page.wait_for_function(TAKEN_OVER)
    kept = await tab.page.evaluate(KEPT)
    assert sorted(path.split("/")[-1] for path in kept) == ["base.css", "icon-192.png", "offline"]
    await browser.context.set_offline(True)
    await tab.page.goto(f"{browser.address}/c/1")
    await expect(tab.page.locator("h1")).to_have_text("O Recado não pode ser alcançado agora.")
    await browser.context.set_offline(False)
    await tab.page.get_by_text("Tentar novamente").click()
    await expect(tab.page.locator("#app")).to_be_visible()
