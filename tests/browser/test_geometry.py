"""Sizes and colours beside WhatsApp Web's, as the browser has laid them out; `docs/whatsapp-web.md` has the same table."""

import re
from pathlib import Path

from playwright.async_api import Page

from tests.actors import WhatsApp
from tests.browser.actors import Browsers
from tests.people import ANA, BRUNO

DOCS = Path(__file__).resolve().parents[2] / "docs" / "whatsapp-web.md"
WIDTH = "one => one.getBoundingClientRect().width"
HEIGHT = "one => one.getBoundingClientRect().height"


def style(name: str, pseudo: str = "") -> str:
    return f"one => getComputedStyle(one, '{pseudo}').{name}"


# What the docs call it: where it is, what is read of it, and what WhatsApp Web has (pixels from … to, or colours).
SIZES: dict[str, tuple[str, str, tuple[float, float]]] = {
    "Rail, width": (".rail", WIDTH, (64, 64)),
    "List, width": (".list-pane", WIDTH, (400, 400)),
    "Head of the conversation, height": (".header", HEIGHT, (59, 64)),
    "Row, height": (".row", HEIGHT, (72, 72)),
    "Picture in a row": (".row .avatar", WIDTH, (49, 49)),
    "Search field, height": (".search__line", HEIGHT, (35, 40)),
    "Filter, height": (".filters a", HEIGHT, (32, 32)),
    "Composer, height": (".composer", HEIGHT, (62, 68)),
    "Round button, size": (".composer__button", HEIGHT, (40, 48)),
    "Bubble, radius": (".message--in .bubble", style("borderEndEndRadius"), (7.5, 7.5)),
    "Text of a message": (".message--in .bubble", style("fontSize"), (15, 15)),
    "Time in a bubble": (".bubble time", style("fontSize"), (11, 11)),
    "Name in a row": (".row__name", style("fontSize"), (16, 17)),
    "Preview in a row": (".row__preview", style("fontSize"), (13, 14)),
    "Day, text": (".day span", style("fontSize"), (12.5, 13)),
}
COLOURS: dict[str, tuple[str, str, str, str]] = {
    "Bubble of ours": (".message--out .bubble", style("backgroundColor"), "#d9fdd3", "#144d37"),
    "Bubble of the customer's": (".message--in .bubble", style("backgroundColor"), "#ffffff", "#242626"),
    "Floor of the thread": (".pane", style("backgroundColor"), "#f5f1eb", "#161717"),
    "List": (".inbox", style("backgroundColor"), "#ffffff", "#161717"),
    "Rail": (".rail", style("backgroundColor"), "#f7f5f3", "#1d1f1f"),
    "Text": ("body", style("color"), "#0a0a0a", "#fafafa"),
    "Badge": (".badge", style("backgroundColor"), "#25d366", "#25d366"),
    "Search field": (".search__line", style("backgroundColor"), "#f1eeeb", "#242626"),
    "Composer": (".composer__field", style("backgroundColor"), "#ffffff", "#242626"),
}


async def read(page: Page, where: str, what: str) -> str:
    return str(await page.locator(where).first.evaluate(what))


def hexadecimal(colour: str) -> str:
    red, green, blue = map(int, re.findall(r"\d+", colour)[:3])
    return f"#{red:02x}{green:02x}{blue:02x}"


async def test_sizes_and_colours_are_those_of_whatsapp_web(browsers: Browsers, whatsapp: WhatsApp) -> None:
    await whatsapp.says(ANA, "Oi")
    await whatsapp.says(BRUNO, "Oi")
    await browsers.desk.marta.reply(1, "Bom dia")
    tab = await (await browsers.of(viewport={"width": 1400, "height": 900})).tab("/c/1")
    await tab.receives()
    page = tab.page

    found: dict[str, str] = {}
    for name, (where, what, (least, most)) in SIZES.items():
        size = float((await read(page, where, what)).removesuffix("px"))
        assert least <= size <= most, (name, size)
        found[name] = (
            f"{least:g} px | {size:g} px" if least == most else f"{least:g}–{most:g} px | {size:g} px"
        )
    shown: dict[str, list[str]] = {name: [] for name in COLOURS}
    for theme in ("light", "dark"):
        await page.emulate_media(color_scheme=theme, reduced_motion="reduce")
        for name, (where, what, *_) in COLOURS.items():
            shown[name].append(hexadecimal(await read(page, where, what)))
    for name, (_, _, light, dark) in COLOURS.items():
        assert shown[name] == [light, dark], name
        found[name] = f"{light}, dark {dark} | the same"
    documented = DOCS.read_text(encoding="utf-8")
    missing = [
        f"| {name} | {words} |" for name, words in found.items() if f"| {name} | {words} |" not in documented
    ]
    assert missing == [], "\n".join(missing)
