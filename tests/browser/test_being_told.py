"""Rows of B.11 that an open tab tells by itself: the icon's variants, the sounds, and what the settings switch off."""

from playwright.async_api import expect

from app.conversations import handoff
from app.conversations.models import Conversation
from app.db import transaction
from tests.actors import WhatsApp
from tests.browser.actors import LOST, Browsers, Tab
from tests.people import ANA, BRUNO, CLARA

HEARD = """
window.heard = []
document.addEventListener("sound", ({ detail }) => window.heard.push(detail))
"""
HIDE = """hidden => {
  Object.defineProperty(document, "hidden", { configurable: true, get: () => hidden })
  document.dispatchEvent(new Event("visibilitychange"))
}"""


async def icon_shows(tab: Tab, what: str) -> None:
    await expect(tab.page.locator("#favicon")).to_have_attribute("data-shows", what)


async def waiting(tab: Tab, count: int) -> None:
    """As a piece of news would set it."""
    await tab.page.evaluate(
        "count => { document.getElementById('attention').dataset.waiting = count }", count
    )


async def heard(tab: Tab) -> list[str]:
    return list(await tab.page.evaluate("window.heard"))


async def test_the_icon_is_plain_or_numbered_or_99_plus_has_a_dot_for_what_came_unseen_and_is_grey_offline(
    browsers: Browsers, whatsapp: WhatsApp
) -> None:
    browser = await browsers.of()
    browser.expects(*LOST)
    tab = await browser.tab()
    await tab.receives()
    await icon_shows(tab, "plain")
    await whatsapp.says(ANA, "Oi")
    await icon_shows(tab, "1")
    for count, shown in ((99, "99"), (100, "99+"), (1, "1")):
        await waiting(tab, count)
        await icon_shows(tab, shown)

    await tab.page.evaluate(HIDE, True)
    await whatsapp.says(BRUNO, "Oi")
    await icon_shows(tab, "2 dot")
    await tab.page.evaluate(HIDE, False)
    await icon_shows(tab, "2")

    await browser.context.set_offline(True)
    await icon_shows(tab, "offline")
    await browser.context.set_offline(False)
    await icon_shows(tab, "2")


async def test_a_sound_for_what_comes_once_a_burst_never_for_what_is_looked_at_and_another_for_what_leaves(
    browsers: Browsers, whatsapp: WhatsApp
) -> None:
    await whatsapp.says(ANA, "Oi")
    browser = await browsers.of()
    await browser.context.add_init_script(HEARD)
    tab = await browser.tab("/c/1")
    other = await browser.tab("/")
    await other.receives()
    await tab.page.bring_to_front()
    await whatsapp.says(ANA, "Tudo bem?")
    await expect(tab.bubble("Tudo bem?")).to_be_visible()
    await whatsapp.says(BRUNO, "um")
    await whatsapp.says(BRUNO, "dois")
    await tab.unread(BRUNO, 2)
    await tab.page.wait_for_function("() => window.heard.length")
    assert await heard(tab) + await heard(other) == ["in"]
    await tab.send("Bom dia")
    await tab.page.wait_for_function("() => window.heard.includes('out')")
    assert await heard(other) == []
    sound = await tab.page.evaluate(
        "async () => (await fetch(document.querySelector('[src*=inbox]').src.replace('js/inbox.js', 'sounds/in.wav'))).status"
    )
    assert sound == 200


async def test_who_switched_sounds_and_notifications_off_is_left_in_peace_but_for_a_hand_over(
    browsers: Browsers, whatsapp: WhatsApp
) -> None:
    browser = await browsers.of()
    await browser.context.add_init_script(HEARD)
    tab = await browser.tab()
    await tab.receives()
    marta = browsers.desk.marta
    await marta.post("/settings", {"sound_in": "off", "sound_out": "off", "alert_for_messages": "off"})
    await expect(tab.page.locator("#app")).to_have_attribute("data-sounds", "")
    await tab.goes_behind()
    await whatsapp.says(CLARA, "Oi")
    await expect(tab.page).to_have_title("(1) Recado")
    await hands_over(1)
    await tab.page.wait_for_function("() => shownAlerts.length")
    assert [one["body"] for one in await tab.alerts()] == ["Esta conversa precisa de uma pessoa."]
    assert await heard(tab) == []


async def test_a_reaction_to_our_message_notifies_unless_it_is_switched_off(
    browsers: Browsers, whatsapp: WhatsApp
) -> None:
    tab = await (await browsers.of()).tab()
    await tab.receives()
    marta = browsers.desk.marta
    await whatsapp.says(ANA, "Oi")
    await marta.reply(1, "Abrimos às *9h*")
    wamid = (await whatsapp.accepted(at_least=1))[-1]["wamid"]
    await tab.goes_behind()
    await whatsapp.control("POST", "/reactions", customer=ANA.name, id=wamid, emoji="👍")
    await tab.page.wait_for_function("() => shownAlerts.length")
    assert [one["body"] for one in await tab.alerts()] == ["Reagiu com 👍 a: “Abrimos às 9h”"]

    await marta.post("/settings", {"alert_for_reactions": "off"})
    await expect(tab.page.locator("#app")).to_have_attribute("data-alerts", "handoff message")
    await whatsapp.control("POST", "/reactions", customer=ANA.name, id=wamid, emoji="😮")
    await whatsapp.says(BRUNO, "Oi")
    await tab.page.wait_for_function("() => shownAlerts.length > 1")
    assert [one["title"] for one in await tab.alerts()] == [ANA.name, BRUNO.name]


async def hands_over(conversation_id: int) -> None:
    async with transaction() as session:
        conversation = await session.get_one(Conversation, conversation_id)
        await handoff.hand_over(session, conversation, handoff.HandoffReason.ASKED_HUMAN)
