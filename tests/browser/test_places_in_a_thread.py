"""Opening a thread at a message, and the ways from there: up, down, back, and along a quote (B.6)."""

import re

from playwright.async_api import Locator, expect

from app.simulator import inbound
from tests.actors import Desk, WhatsApp, within
from tests.browser.actors import Browsers, Tab
from tests.people import ANA

MANY = 160


async def ana_wrote_much(desk: Desk, whatsapp: WhatsApp) -> list[int]:
    """160 messages of Ana's, the last one answering the third, all read; the ids of their bubbles, oldest first."""
    await whatsapp.control("POST", "/webhooks/hold")
    await whatsapp.meet(ANA)
    ana = next(one for one in whatsapp.world.customers.values() if one.name == ANA.name)
    wamids = [inbound.write(whatsapp.world, ana, f"linha {number}").id for number in range(MANY)]
    await whatsapp.control("POST", "/webhooks/release", shape="entries")

    async def everything_arrived() -> bool:
        return f'data-unread="{MANY}"' in (await desk.marta.open("/")).text

    await within(20, everything_arrived, what="the last message")
    await whatsapp.says(ANA, "Sobre isto", reply_to=wamids[2])
    await desk.marta.reply(1, "Li tudo.")
    found: list[int] = []
    page = (await desk.marta.open("/c/1")).text
    while True:
        found = ids_in(page) + found
        older = re.search(r"/c/1/messages\?before=\d+", page)
        if older is None:
            return found
        page = (await desk.marta.get(older[0])).text


def ids_in(page: str) -> list[int]:
    return [int(one) for one in re.findall(r'data-message="(\d+)"', page)]


async def test_a_link_to_a_message_opens_the_thread_round_it_and_its_pages_lead_to_both_ends(
    desk: Desk, whatsapp: WhatsApp
) -> None:
    marta, every = desk.marta, await ana_wrote_much(desk, whatsapp)
    wanted = every[70]
    for page in (await marta.open(f"/c/1?at={wanted}"), await marta.get(f"/c/1/messages?at={wanted}")):
        shown = ids_in(page.text)
        assert shown == every[45:95]
        assert f'data-at="{wanted}"' in page.text
    up, down = page.text, page.text
    while older := re.search(r"/c/1/messages\?before=\d+", up):
        up = (await marta.get(older[0])).text
        shown = ids_in(up) + shown
    while newer := re.search(r"/c/1/messages\?after=\d+", down):
        down = (await marta.get(newer[0])).text
        shown += ids_in(down)
    assert shown == every
    for nothing in (max(every) + 1, "x", "1e3", ""):
        assert (await marta.open(f"/c/1?at={nothing}")).status_code == 404
        assert (await marta.get(f"/c/1/messages?at={nothing}")).status_code == 404


async def test_jump_to_quoted_loads_it_lights_it_up_and_the_button_leads_back_and_down(
    desk: Desk, browsers: Browsers, whatsapp: WhatsApp
) -> None:
    await ana_wrote_much(desk, whatsapp)
    tab = await (await browsers.of()).tab("/c/1")
    await tab.receives()
    button = tab.page.locator(".to-bottom")

    # Jump to quoted: far above, so it is loaded; the address says where we are.
    await tab.page.get_by_role("link", name="Ir para a mensagem citada").click()
    await is_lit(tab.bubble("linha 2"))
    await expect(tab.bubble("Li tudo.")).to_have_count(0)
    await expect(tab.page).to_have_url(re.compile(r"\?at=\d+$"))

    # What arrives below the loaded stretch does not stand below it: the button counts it.
    await whatsapp.says(ANA, "Alô?")
    await expect(tab.page.locator(".to-bottom__count")).to_have_text("1")
    await expect(tab.bubble("Alô?")).to_have_count(0)
    await tab.unread(ANA, 1)

    # The button: back to where the jump began; to the first unread; to the bottom.
    await button.click()
    await expect(tab.bubble("Sobre isto")).to_be_in_viewport()
    await button.click()
    await expect(tab.bubble("Alô?")).to_be_in_viewport()
    await expect(tab.page.locator(".unread-bar")).to_be_visible()
    await tab.unread(ANA, 0)
    await expect(tab.page).to_have_url(re.compile(r"/c/1$"))
    await expect(button).to_be_hidden()

    # A quoted message that is loaded is only scrolled to, also by keyboard; a reply of one's own leads down.
    await tab.scroll_to(0)
    await expect(tab.bubble("linha 100")).to_have_count(1)
    await tab.page.locator(".quote__jump").focus()
    await tab.page.keyboard.press("Enter")
    await is_lit(tab.bubble("linha 2"))
    await expect(tab.bubble("linha 2")).to_be_focused()
    await tab.send("Já vi")
    await within(5, lambda: is_at_bottom(tab), what="the end of the thread")


async def test_paging_down_from_a_message_reaches_the_end_without_a_jump(
    desk: Desk, browsers: Browsers, whatsapp: WhatsApp
) -> None:
    every = await ana_wrote_much(desk, whatsapp)
    tab = await (await browsers.of()).tab(f"/c/1?at={every[60]}")
    await tab.receives()
    await expect(tab.bubble("linha 60")).to_be_in_viewport()
    last = tab.page.locator(f"#message-{every[84]}")
    await tab.page.locator("#newer-1").evaluate("more => more.scrollIntoView({ block: 'end' })")
    before = await tab.top_of(last)
    await expect(tab.bubbles).to_have_count(100)
    assert abs(await tab.top_of(last) - before) <= 2
    await tab.scroll_to(10**6)
    await expect(tab.bubble("Li tudo.")).to_be_visible()
    await tab.scroll_to(10**6)
    await expect(tab.page).to_have_url(re.compile(r"/c/1$"))
    await whatsapp.says(ANA, "E agora?")
    await expect(tab.bubble("E agora?")).to_be_in_viewport()


async def is_lit(bubble: Locator) -> None:
    await expect(bubble).to_be_in_viewport()
    await expect(bubble).to_have_attribute("data-local-lit", "")
    await expect(bubble).not_to_have_attribute("data-local-lit", "")


async def is_at_bottom(tab: Tab) -> bool:
    return await tab.distance_to_bottom() < 2
