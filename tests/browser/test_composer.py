"""Writing loses nothing and sends nothing twice: lines, double clicks, input methods, keyboards, cut connections."""

from typing import Any

from playwright.async_api import Route, expect

from tests.actors import WhatsApp
from tests.browser.actors import LOST, Browsers, Tab
from tests.browser.links import not_through
from tests.browser.wire import wire
from tests.people import ANA, BRUNO


async def at_anas(browsers: Browsers, whatsapp: WhatsApp, **more: Any) -> Tab:
    await whatsapp.says(ANA, "Oi")
    tab = await (await browsers.of(**more)).tab("/c/1")
    await tab.receives()
    return tab


async def test_shift_enter_breaks_the_line_and_enter_sends_all_of_it(
    browsers: Browsers, whatsapp: WhatsApp
) -> None:
    tab = await at_anas(browsers, whatsapp)
    await tab.text_box.press_sequentially("primeira")
    await tab.text_box.press("Shift+Enter")
    await tab.text_box.press_sequentially("segunda")
    await expect(tab.text_box).to_have_value("primeira\nsegunda")
    await tab.text_box.press("Enter")
    await expect(tab.text_box).to_have_value("")
    assert (await whatsapp.accepted(at_least=1))[0]["payload"]["text"]["body"] == "primeira\nsegunda"


async def test_a_double_click_on_send_sends_once(browsers: Browsers, whatsapp: WhatsApp) -> None:
    tab = await at_anas(browsers, whatsapp)
    await tab.text_box.fill("uma vez só")
    await tab.page.locator("#composer .composer__send").dblclick()
    await expect(tab.bubble("uma vez só")).to_have_attribute("data-status", "delivered")
    await tab.send("outra")
    assert [one["payload"]["text"]["body"] for one in await whatsapp.accepted(at_least=2)] == [
        "uma vez só",
        "outra",
    ]
    await expect(tab.bubble("uma vez só")).to_have_count(1)


async def test_enter_within_an_input_methods_composition_does_not_send(
    browsers: Browsers, whatsapp: WhatsApp
) -> None:
    tab = await at_anas(browsers, whatsapp)
    session = await tab.page.context.new_cdp_session(tab.page)
    await tab.text_box.focus()
    await session.send("Input.imeSetComposition", {"text": "にほん", "selectionStart": 3, "selectionEnd": 3})
    await expect(tab.text_box).to_have_value("にほん")
    for how in ({"isComposing": True}, {"keyCode": 229}):
        await tab.text_box.dispatch_event("keydown", {"key": "Enter", **how})
    await session.send("Input.insertText", {"text": "日本"})
    await expect(tab.text_box).to_have_value("日本")
    assert await whatsapp.accepted() == []
    await tab.text_box.press("Enter")
    await expect(tab.bubble("日本")).to_be_visible()


@not_through("restarting", reason="the message is lost, and what was typed on is one text with it")
async def test_what_is_typed_while_a_message_leaves_stays_in_the_box(
    browsers: Browsers, whatsapp: WhatsApp
) -> None:
    tab = await at_anas(browsers, whatsapp)
    await tab.text_box.fill("primeira")
    await tab.page.evaluate("document.querySelector('#composer').requestSubmit()")
    await tab.text_box.press_sequentially(" e mais")
    await expect(tab.bubble("primeira")).to_be_visible()
    await expect(tab.text_box).to_have_value(" e mais")


async def test_without_a_connection_the_text_stays_and_says_so_and_is_sent_once_later(
    browsers: Browsers, whatsapp: WhatsApp
) -> None:
    async with wire(browsers.address) as network:
        tab = await at_anas(browsers, whatsapp, at=network.address)
        browsers.opened[-1].expects(*LOST)
        upstream, network.upstream = network.upstream, None
        await network.cut()
        await tab.text_box.fill("não se perca")
        await tab.text_box.press("Enter")
        await expect(tab.page.locator("#toast")).to_be_visible()
        await expect(tab.text_box).to_have_value("não se perca")

        network.upstream = upstream
        await tab.text_box.press("Enter")
        await expect(tab.bubble("não se perca")).to_have_attribute("data-status", "delivered")
        await expect(tab.text_box).to_have_value("")
        assert len(await whatsapp.accepted(at_least=1)) == 1
        await tab.page.close()


async def test_when_only_the_answer_is_lost_the_text_stays_and_sending_it_again_sends_nothing_twice(
    browsers: Browsers, whatsapp: WhatsApp
) -> None:
    tab = await at_anas(browsers, whatsapp)
    browsers.opened[-1].expects(*LOST)

    async def lose_the_answer(route: Route) -> None:
        assert (await route.fetch()).status == 200
        await route.abort("connectionreset")

    await tab.page.route("**/c/1/messages", lose_the_answer, times=1)
    await tab.text_box.fill("só uma vez")
    await tab.text_box.press("Enter")
    await expect(tab.page.locator("#toast")).to_be_visible()
    await expect(tab.text_box).to_have_value("só uma vez")
    await expect(tab.bubble("só uma vez")).to_have_attribute("data-status", "delivered")
    await tab.text_box.press("Enter")
    await expect(tab.text_box).to_have_value("")
    await tab.send("e outra")
    await expect(tab.bubbles).to_have_count(3)
    assert [one["payload"]["text"]["body"] for one in await whatsapp.accepted(at_least=2)] == [
        "só uma vez",
        "e outra",
    ]


async def test_a_refused_text_stays_in_the_box_with_the_reason_beside_it(
    browsers: Browsers, whatsapp: WhatsApp
) -> None:
    tab = await at_anas(browsers, whatsapp)
    browsers.opened[-1].expects("422")
    await tab.text_box.fill("x" * 4097)
    await tab.text_box.press("Enter")
    await expect(tab.page.locator("#composer-error")).to_contain_text("4096")
    await expect(tab.text_box).to_have_value("x" * 4097)
    await tab.send("mais curto")


async def test_typing_anywhere_goes_to_the_composer_and_tab_reaches_it(
    browsers: Browsers, whatsapp: WhatsApp
) -> None:
    tab = await at_anas(browsers, whatsapp)
    await tab.bubbles.first.click()
    await tab.page.keyboard.type("direto")
    await expect(tab.text_box).to_have_value("direto")

    await tab.page.evaluate("document.activeElement.blur()")

    for _ in range(60):
        await tab.page.keyboard.press("Tab")
        if await tab.text_box.evaluate("box => box === document.activeElement"):
            break
    await expect(tab.text_box).to_be_focused()


async def test_a_conversation_opened_by_keyboard_is_ready_to_be_answered(
    browsers: Browsers, whatsapp: WhatsApp
) -> None:
    tab = await at_anas(browsers, whatsapp)
    await whatsapp.says(BRUNO, "Boa tarde")
    await tab.row(BRUNO).locator(".row__link").focus()
    await tab.page.keyboard.press("Enter")
    await expect(tab.page.locator(".header__name")).to_have_text(BRUNO.name)
    await expect(tab.text_box).to_be_focused()
    await tab.page.keyboard.type("Boa!")
    await tab.page.keyboard.press("Enter")
    await expect(tab.bubble("Boa!")).to_be_visible()
    await expect(tab.text_box).to_be_focused()


async def test_what_is_wrong_in_the_form_of_another_kind_is_said_in_it_and_can_be_mended(
    browsers: Browsers, whatsapp: WhatsApp
) -> None:
    tab = await at_anas(browsers, whatsapp)
    browsers.opened[-1].expects("422")
    await tab.page.locator("#composer .attach").click()
    await tab.page.get_by_role("button", name="Localização").click()
    form = tab.page.locator("form.kind")
    await form.locator("[name=latitude]").fill("praça da sé")
    await form.locator("[name=name]").fill("Sé")
    await form.get_by_role("button", name="Enviar").click()
    await expect(form.get_by_role("alert")).to_be_visible()
    await expect(form.locator("[name=name]")).to_have_value("Sé")
    await form.locator("[name=latitude]").fill("-23.5503, -46.6339")
    await form.get_by_role("button", name="Enviar").click()
    await expect(form).to_be_hidden()
    [sent] = await whatsapp.accepted(at_least=1)
    assert sent["payload"]["location"]["name"] == "Sé"


async def test_a_chip_tells_of_the_links_preview_and_its_cross_leaves_it_out_of_this_message_alone(
    browsers: Browsers, whatsapp: WhatsApp
) -> None:
    """B.7 Link preview, dropped before sending."""
    tab = await at_anas(browsers, whatsapp)
    chip, box = tab.page.locator("#link-preview"), tab.text_box
    await box.fill("Sem link algum, www ponto com")
    await expect(chip).to_be_hidden()
    await box.fill("Veja (https://banco.example@outro.example/pagar), por favor")
    await expect(chip).to_contain_text("Prévia do link: outro.example")
    await box.fill("Veja https://example.com/bolos.")
    await expect(chip).to_contain_text("Prévia do link: example.com")
    await chip.get_by_role("button", name="Enviar sem a prévia do link").click()
    await expect(chip).to_be_hidden()
    await expect(box).to_be_focused()
    await box.press_sequentially(" Até já")
    await expect(chip).to_be_hidden()
    await box.press("Enter")
    await expect(tab.bubble("Veja https://example.com/bolos. Até já")).to_be_visible()
    await box.fill("https://example.com/tortas")
    await expect(chip).to_be_visible()  # another message
    await box.press("Enter")
    await expect(tab.bubble("https://example.com/tortas")).to_be_visible()
    accepted = [one["payload"]["text"] for one in await whatsapp.accepted(at_least=2)]
    assert [(one["body"][:4], one["preview_url"]) for one in accepted] == [("Veja", False), ("http", True)]

    browsers.opened[-1].expects("422")
    await box.fill("a" * 4100 + " https://example.com")
    await chip.get_by_role("button").click()
    await box.press("Enter")
    await expect(tab.page.locator("#composer-error")).to_contain_text("4096")
    await expect(chip).to_be_hidden()  # what was refused is still to leave without
    await browsers.desk.marta.post("/settings", {"link_previews": "off"})
    await tab.reloads()
    await box.fill("https://example.com")
    await expect(box).to_have_value("https://example.com")
    await expect(chip).to_have_count(0)
