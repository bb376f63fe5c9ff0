"""The journal's pages as an admin reads them."""

import re
from dataclasses import dataclass
from html import unescape

from tests.actors import Browser, words_in

JOURNAL = "/settings/journal"


@dataclass(frozen=True)
class Row:
    """A webhook in the list: its id, and the text of its line."""

    id: int
    words: str


@dataclass(frozen=True)
class Item:
    """Something that was set aside. `path` is "" for the whole webhook; `reason` is the program's short word for it."""

    id: int
    path: str
    reason: str
    words: str
    waits: bool


async def rows(marta: Browser, query: str = "") -> list[Row]:
    page = (await marta.open(JOURNAL + query)).text
    found = re.findall(r'<li class="journal__entry" data-journal="(\d+)">(.*?)</li>', page, re.S)
    return [Row(int(one), " ".join(words_in(html).split())) for one, html in found]


async def items(marta: Browser, journal_id: int) -> list[Item]:
    page = (await marta.open(f"{JOURNAL}/{journal_id}")).text
    found = re.findall(r'<li class="set-aside__item" data-set-aside="(\d+)">(.*?)</li>', page, re.S)
    return [item_of(int(one), html) for one, html in found]


def item_of(one: int, html: str) -> Item:
    *path, reason = map(unescape, re.findall(r"<code>(.*?)</code>", html))
    return Item(one, "".join(path), reason, " ".join(words_in(html).split()), "<button" in html)


async def all_items(marta: Browser) -> list[Item]:
    """Of every webhook that has something waiting, as far as the first page of them goes."""
    waiting = await rows(marta, "?show=set-aside")
    return [item for row in waiting for item in await items(marta, row.id)]
