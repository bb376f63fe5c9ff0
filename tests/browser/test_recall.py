"""Undo: who sent a text sees the button, also after a reload; nobody else does; what comes back can be mended."""

from playwright.async_api import expect

from tests.actors import WhatsApp
from tests.browser.actors import Browsers
from tests.clocks import moving_clock
from tests.people import ANA, PAULO


async def test_a_text_can_be_taken_back_for_as_long_as_its_writer_chose(
    browsers: Browsers, whatsapp: WhatsApp
) -> None:
    """B.9 Undo send. The clock stands still and nothing moves, so that a slow machine has the time, too."""
    await browsers.desk.attendant(PAULO)
    await whatsapp.says(ANA, "Quanto é?")
    with moving_clock() as hand:
        await browsers.desk.marta.post("/settings", {"undo_send_seconds": "5"})
        hand.stop()
        tab = await (await browsers.of(reduced_motion="reduce")).tab("/c/1")
        other = await (await browsers.of(PAULO)).tab("/c/1")
        await tab.receives()
        await other.receives()
        price, chip = "R$ 8,90 em https://example.com", tab.page.locator("#link-preview")
        await tab.text_box.fill(price)
        await chip.get_by_role("button").click()
        await tab.send(price)
        await expect(other.bubble(price)).to_be_visible()
        await expect(other.page.get_by_role("button", name="Desfazer")).to_have_count(0)
        await tab.reloads()
        await tab.receives()
        await tab.text_box.fill("com frete")
        await tab.page.get_by_role("button", name="Desfazer").click()
        await expect(tab.text_box).to_have_value(f"{price}\ncom frete")
        await expect(chip).to_be_hidden()  # it is still to leave without the preview
        await expect(tab.text_box).to_be_focused()
        for one in (tab, other):
            await expect(one.bubbles).to_have_count(1)
        hand.move(seconds=10)
        await tab.send("R$ 89,00")
        hand.move(seconds=5)
        await expect(tab.bubble("R$ 89,00")).to_have_attribute("data-status", "delivered")
    assert [one["payload"]["text"]["body"] for one in await whatsapp.accepted()] == ["R$ 89,00"]
