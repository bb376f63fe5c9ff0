"""What the composer does with what is written in it: marks for bold and the rest, lines, pasted text, its size."""

from typing import Any

from playwright.async_api import expect

from tests.actors import WhatsApp
from tests.browser.actors import Browsers, Tab
from tests.people import ANA

PASTE = """
(box, text) => {
  const clipboardData = new DataTransfer()
  clipboardData.setData("text/plain", text)
  const isFree = box.dispatchEvent(new ClipboardEvent("paste", { clipboardData, bubbles: true, cancelable: true }))
  if (isFree) document.execCommand("insertText", false, text) // what the browser does by itself
}
"""


async def at_anas(browsers: Browsers, whatsapp: WhatsApp, **more: Any) -> Tab:
    await whatsapp.says(ANA, "Oi")
    tab = await (await browsers.of(**more)).tab("/c/1")
    await tab.receives()
    return tab


async def selects(tab: Tab, words: str) -> None:
    await tab.text_box.evaluate(
        "(box, words) => { box.focus(); const at = box.value.indexOf(words); box.setSelectionRange(at, at + words.length) }",
        words,
    )


async def test_keys_and_the_buttons_over_a_selection_put_whatsapps_marks_around_it(
    browsers: Browsers, whatsapp: WhatsApp
) -> None:
    """B.9 Rich text, B.13 Negrito… citação."""
    tab = await at_anas(browsers, whatsapp)
    bar = tab.page.get_by_role("toolbar", name="Formatação")
    await tab.text_box.fill("o vaso azul custa menos")
    await expect(bar).to_be_hidden()
    for words, keys, expected in (
        ("vaso ", "Control+b", "o *vaso* azul custa menos"),
        ("azul", "Control+i", "o *vaso* _azul_ custa menos"),
        ("custa", "Control+Shift+KeyX", "o *vaso* _azul_ ~custa~ menos"),
        ("menos", "Control+Shift+KeyI", "o *vaso* _azul_ ~custa~ `menos`"),
    ):
        await selects(tab, words)
        await tab.page.keyboard.press(keys)
        await expect(tab.text_box).to_have_value(expected)
        await expect(bar).to_be_visible()
    await tab.page.keyboard.press("Control+Shift+KeyI")  # again takes it off
    await bar.get_by_role("button", name="Bloco de código").click()
    await expect(tab.text_box).to_have_value("o *vaso* _azul_ ~custa~ ```menos```")
    await expect(tab.text_box).to_be_focused()
    await tab.page.keyboard.press("Control+z")
    await expect(tab.text_box).to_have_value("o *vaso* _azul_ ~custa~ menos")

    await tab.text_box.fill("um\ndois")
    await tab.text_box.press("Control+a")
    for keys, expected in (
        ("Control+Shift+Digit7", "1. um\n2. dois"),
        ("Control+Shift+Digit8", "- um\n- dois"),
        ("Control+Shift+Period", "> um\n> dois"),
        ("Control+Shift+Period", "um\ndois"),
    ):
        await tab.page.keyboard.press(keys)
        await expect(tab.text_box).to_have_value(expected)

    await tab.text_box.press("Tab")  # by the keyboard alone: the toolbar comes after "send"
    await tab.page.keyboard.press("Tab")
    await expect(bar.get_by_role("button", name="Negrito")).to_be_focused()
    await tab.page.keyboard.press("Enter")
    await expect(tab.text_box).to_have_value("*um*\n*dois*")
    await expect(tab.text_box).to_be_focused()
    await tab.text_box.press("ArrowRight")
    await expect(bar).to_be_hidden()
    assert await whatsapp.accepted() == []


async def test_the_text_box_grows_to_half_the_pane_and_long_pasted_text_stays_text(
    browsers: Browsers, whatsapp: WhatsApp
) -> None:
    """B.9 Drag & drop / paste: long text stays text. B.3: the composer grows to about half the pane, then scrolls."""
    tab = await at_anas(browsers, whatsapp, viewport={"width": 1200, "height": 800})
    await tab.text_box.press("ArrowUp")  # in an empty box: what we have sent cannot be changed
    await expect(tab.text_box).to_have_value("")
    await expect(tab.text_box).to_be_focused()
    long = "\n".join(f"linha {number}" for number in range(200))
    await tab.text_box.evaluate(PASTE, long)
    await expect(tab.text_box).to_have_value(long)
    await expect(tab.page.locator("#outgoing")).to_be_hidden()
    height, whole = await tab.text_box.evaluate("box => [box.clientHeight, box.scrollHeight]")
    assert 800 * 0.35 <= height <= 800 * 0.55
    assert whole > height
