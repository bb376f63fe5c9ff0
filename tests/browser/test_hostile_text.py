"""What customers, attendants and Claude write is text everywhere, whatever it looks like."""

from playwright.async_api import Route, expect

from tests.actors import WhatsApp
from tests.browser.actors import Browsers
from tests.people import ANA, EVIL

SCRIPT = '<script>alert(2)</script><hx-partial hx-target="#app" hx-swap="delete"></hx-partial>&lt;b&gt;'


async def test_a_customer_named_like_an_attack_is_text_in_row_bubble_title_and_notification(
    browsers: Browsers, whatsapp: WhatsApp
) -> None:
    browser = await browsers.of()
    tab = await browser.tab()
    await tab.receives()
    await tab.goes_behind()
    await whatsapp.says(EVIL, SCRIPT)
    await tab.page.wait_for_function("() => shownAlerts.length")
    assert [(one["title"], one["body"]) for one in await tab.alerts()] == [(EVIL.name, SCRIPT)]
    await expect(tab.page).to_have_title("(1) Recado")

    await tab.page.bring_to_front()
    await expect(tab.row(EVIL)).to_contain_text(SCRIPT)
    await tab.choose(EVIL)
    await expect(tab.bubble(SCRIPT)).to_be_visible()
    await whatsapp.says(EVIL, EVIL.name)
    await expect(tab.bubble(EVIL.name)).to_be_visible()
    await tab.send(SCRIPT + " de volta")
    await expect(tab.row(EVIL)).to_contain_text(SCRIPT + " de volta")
    await tab.text_box.fill(EVIL.name)
    await tab.reloads()
    await expect(tab.text_box).to_have_value(EVIL.name)
    await expect(tab.page.locator("#thread script, #thread img, #app hx-partial")).to_have_count(0)
    assert [one.url for one in browser.requests if one.url.endswith("/x")] == []


async def test_what_a_refusal_says_is_text_in_the_toast(browsers: Browsers, whatsapp: WhatsApp) -> None:
    await whatsapp.says(ANA, "Oi")
    browser = await browsers.of()
    browser.expects("400", "Executing inline event handler violates")  # htmx parses what it does not show
    tab = await browser.tab("/c/1")

    async def refuse(route: Route) -> None:  # as a proxy between might
        await route.fulfill(status=400, body=EVIL.name)

    await tab.page.route("**/c/1/mode", refuse)
    await tab.page.locator('[data-action="take"]').click()
    await expect(tab.page.locator("#toast")).to_have_text(EVIL.name)
    await expect(tab.page.locator("#toast img")).to_have_count(0)
    assert [one.url for one in browser.requests if one.url.endswith("/x")] == []
