"""When WhatsApp has closed the 24-hour window: the bar in the composer's place, a held text, a template, and the way back."""

from playwright.async_api import expect

from tests.actors import Browser, WhatsApp
from tests.browser.actors import Browsers
from tests.message_templates.test_templates import synced
from tests.people import ANA


async def test_a_closed_window_gives_way_to_a_template_and_opens_when_the_customer_writes(
    browsers: Browsers, marta: Browser, whatsapp: WhatsApp
) -> None:
    await whatsapp.says(ANA, "Oi")
    await synced(marta)
    tab = await (await browsers.of()).tab("/c/1")
    await tab.receives()
    bar = tab.page.locator(".window__bar")
    await expect(bar).to_be_hidden()
    await whatsapp.breaks({"kind": "failed", "code": 131047})
    await tab.send("Alô?")
    await expect(bar).to_be_visible()  # nobody reloaded
    await expect(tab.text_box).to_be_hidden()
    await expect(tab.bubble("Alô?").locator('[data-action="use-template"]')).to_be_visible()

    await tab.text_box.evaluate(
        "box => { box.value = 'Seu vaso chegou' }"
    )  # as it was typed when the window closed
    await bar.locator("summary").click()
    await bar.locator("textarea").fill("Seu vaso chegou")
    await bar.locator('[data-action="hold"]').click()
    await expect(tab.page.locator(".held")).to_contain_text("Seu vaso chegou")
    await expect(bar.locator("textarea")).to_be_hidden()
    await expect(tab.text_box).to_have_value("")

    await tab.follows(bar.locator('[data-action="use-template"]'))
    await tab.page.get_by_role("searchbox").fill("pedido 1 está")
    await expect(tab.page.locator("[data-template]")).to_have_count(1)
    await tab.follows(tab.page.locator('[data-template="pedido_pronto"]'))
    await tab.page.locator('input[name="value.body.1"]').fill("1042")
    await expect(tab.page.locator("#template-preview")).to_contain_text("Seu pedido 1042 está pronto")
    await tab.page.locator('[data-action="send-template"]').click()
    await expect(tab.bubble("Seu pedido 1042 está pronto para retirada.")).to_have_attribute(
        "data-status", "delivered"
    )

    await tab.receives()
    await whatsapp.says(ANA, "Vou buscar")
    await expect(tab.text_box).to_be_visible()
    await expect(tab.bubble("Seu vaso chegou")).to_be_visible()
    await expect(tab.page.locator(".held")).to_have_count(0)
