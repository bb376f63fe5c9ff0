"""A page as a browser would take it apart: which elements, attributes and addresses are in it."""

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser

from tests.actors import Browser

# What WhatsApp's own formatting may draw inside a bubble, besides what a page without hostile text holds.
FORMATTING = {
    "a",
    "blockquote",
    "br",
    "code",
    "em",
    "li",
    "ol",
    "pre",
    "s",
    "strong",
    "ul",
    "mark",
    "p",
    "span",
    "del",
    "b",
    "i",
}
ADDRESSES = {
    "href",
    "src",
    "action",
    "formaction",
    "hx-get",
    "hx-post",
    "srcset",
    "data",
    "poster",
    "xlink:href",
}
HARMLESS = re.compile(r"(/(?!/)|#|https?://|\?|mailto:|tel:|data:image/|blob:|$)", re.I)


@dataclass
class Anatomy(HTMLParser):
    """`elements` by (name, names of its attributes); `addresses` that it would fetch or go to."""

    elements: set[tuple[str, tuple[str, ...]]] = field(default_factory=set)
    addresses: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.add((tag, tuple(sorted(name for name, _ in attrs))))
        self.addresses += [value or "" for name, value in attrs if name in ADDRESSES]

    @property
    def tags(self) -> set[str]:
        return {tag for tag, _ in self.elements}

    @property
    def attributes(self) -> set[str]:
        return {name for _, names in self.elements for name in names}


def anatomy_of(html: str) -> Anatomy:
    anatomy = Anatomy()
    anatomy.feed(html)
    anatomy.close()
    return anatomy


# Of the program's own that a usual page need not have: that a colleague writes, a sheet's answer.
OURS = {"writing-note", "data-until", "data-user", "data-closes-sheet", "hx-status:503"}


def assert_harmless(html: str, usual: Anatomy, where: str) -> None:
    """Nothing in it that a page of plain texts would not hold, except WhatsApp's formatting."""
    found = anatomy_of(html)
    assert found.tags - usual.tags - FORMATTING - OURS == set(), (where[:40], found.tags - usual.tags)
    strange = found.attributes - usual.attributes - {"href", "rel", "target", "start", "class", "dir"} - OURS
    assert not strange, (where[:40], str(strange)[:300])
    assert [one for one in found.addresses if not HARMLESS.match(one)] == [], where


async def whole_page(browser: Browser, path: str) -> str:
    page = await browser.open(path)
    assert page.status_code == 200, path
    assert page.text.rstrip().endswith("</html>"), path
    return page.text
