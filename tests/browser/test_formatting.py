"""B.10: WhatsApp's marks, as the browser lays them out."""

import pytest
from playwright.async_api import expect

from tests.actors import WhatsApp
from tests.browser.actors import Browsers
from tests.people import ANA

TEXT = """*negrito* _itálico_ ~riscado~ `um código`
```duas
linhas```
- um ponto
1. um número
> uma citação
https://example.com/vaso ana@example.com
2 * 3 * 4 e snake_case_name"""
# A selector within the bubble, its words, and the style that makes them what they are.
SHOWN = [
    ("strong", "negrito", "fontWeight", ("600", "700")),
    ("em", "itálico", "fontStyle", ("italic",)),
    ("del, s", "riscado", "textDecorationLine", ("line-through",)),
    ("li >> nth=0", "um ponto", "display", ("list-item",)),
    ("ol li", "um número", "display", ("list-item",)),
    ("blockquote", "uma citação", "display", ("block",)),
    ("pre", "duas\nlinhas", "whiteSpace", ("pre", "pre-wrap", "break-spaces")),
]


@pytest.mark.parametrize("written_by", ["the customer", "us"])
async def test_whatsapps_marks_show_as_bold_italic_struck_code_lists_quotes_and_links(
    browsers: Browsers, whatsapp: WhatsApp, written_by: str
) -> None:
    await whatsapp.says(ANA, TEXT if written_by == "the customer" else "Oi")
    tab = await (await browsers.of()).tab("/c/1")
    if written_by == "us":
        await tab.text_box.fill(TEXT)
        await tab.text_box.press("Enter")
    bubble = tab.bubbles.last
    await expect(bubble).to_contain_text("snake_case_name")
    for selector, words, style, values in SHOWN:
        found = bubble.locator(selector).first
        await expect(found).to_have_text(words)
        assert await found.evaluate(f"one => getComputedStyle(one).{style}") in values, selector
    await expect(bubble.locator("code").first).to_have_text("um código")
    assert "mono" in await bubble.locator("code").first.evaluate("one => getComputedStyle(one).fontFamily")
    link = bubble.get_by_role("link", name="https://example.com/vaso")
    await expect(link).to_have_attribute("rel", "noopener noreferrer nofollow")
    await expect(link).to_have_attribute("target", "_blank")
    await expect(bubble.locator("a[href='mailto:ana@example.com']")).to_be_visible()
    await expect(bubble).to_contain_text("2 * 3 * 4")
