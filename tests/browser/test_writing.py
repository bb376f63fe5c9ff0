"""What the composer does with what is written in it: pasted text, its size, keys that do nothing."""

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
