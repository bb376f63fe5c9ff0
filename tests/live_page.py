"""An open inbox in a real Chromium that takes live news through the product's own code, and what it then shows.

The rule that it checks: the open page plus its fragments is the page reloaded.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from difflib import unified_diff
from html.parser import HTMLParser

import httpx2
from playwright.async_api import Browser as Chromium
from playwright.async_api import Page, Route

from tests.actors import Browser

# Somebody else holds the lock, so this tab never connects; nobody looks, so it marks nothing as read.
KEPT_APART = """
navigator.locks.request("recado-live", () => new Promise(() => {}))
document.hasFocus = () => false
"""
SHOW = """async ({ news, covered }) => {
  const live = await import(new URL("live/page.js", document.querySelector("script[type=module]").src))
  await live.show(news, covered)
  return live.at()
}"""
FETCH_ANEW = """async () => {
  const live = await import(new URL("live/page.js", document.querySelector("script[type=module]").src))
  await live.fetchAnew()
  return live.at()
}"""
AT = """async () => {
  const live = await import(new URL("live/page.js", document.querySelector("script[type=module]").src))
  return live.at()
}"""
SWAP = 'text => htmx.swap({ text, sourceElement: document.body, target: document.body, swap: "none" })'

VOID = frozenset(
    {"area", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
)
# What belongs to one tab or one moment: how it receives, its alerts, where it is scrolled to, where reading began,
# how much of the 24 hours is left, what time it is elsewhere, whose messages can be searched for (a new colleague: at the
# next page).
OWN_IDS = frozenset({"live-status", "alerts", "alert-permission", "toast"})
OWN_CLASSES = frozenset({"unread-bar", "to-bottom", "closing", "time-there", "search__choice"})
OWN_ATTRIBUTES = (
    "data-cursor", "data-now", "data-htmx-", "data-local-", "hx-morph-skip-children",
    "aria-keyshortcuts", "tabindex",  # where the keyboard stands, and which keys this machine has
)  # fmt: skip
OWN_FIELDS = frozenset({"csrf_token", "compose_id"})


@dataclass(frozen=True)
class News:
    """One answer of `/live/poll`. `html` None: the page must be fetched anew."""

    cursor: int
    html: str | None
    covered: tuple[str, ...]


@dataclass(frozen=True)
class Picture:
    """What a page shows, as lines that can be compared, and the moment it was drawn at."""

    title: str
    lines: tuple[str, ...]
    cursor: int


class LivePage:
    """One attendant's tab. News come to it when the test says so."""

    def __init__(
        self, page: Page, reader: Browser, conversation: int | None, drawer: str = "", show: str = "all"
    ) -> None:
        self.page = page
        self.reader = reader
        self.conversation = conversation
        self.drawer = drawer  # what its address names below the conversation's
        self.show = show  # the list beside it
        self.cursor = 0
        self.day = ""

    @property
    def path(self) -> str:
        path = f"/c/{self.conversation}{self.drawer}" if self.conversation else "/"
        return path if self.show == "all" else f"{path}?show={self.show}"

    @property
    def topics(self) -> tuple[str, ...]:
        inbox = "inbox" if self.show == "all" else f"inbox:{self.show}"
        return (inbox, f"conv:{self.conversation}") if self.conversation else (inbox,)

    async def load(self) -> None:
        """Like a reload: everything anew."""
        await self.page.goto(f"{self.reader.http.base_url}".rstrip("/") + self.path)
        app = self.page.locator("#app")
        self.cursor = int(await app.get_attribute("data-cursor") or "")
        self.day = await app.get_attribute("data-day") or ""

    async def asks(self, cursor: int | None = None) -> News:
        """What happened after `cursor` (else after what this page knows), without waiting for more."""
        asked = {
            "c": str(self.cursor if cursor is None else cursor),
            "t": ",".join(self.topics),
            "d": self.day,
            "w": "0",
        }
        answer = await self.reader.http.get("/live/poll", params=asked)
        assert answer.status_code in (200, 204), answer.text
        return self.news_in(answer)

    def news_in(self, answer: httpx2.Response) -> News:
        html = None if answer.headers.get("x-live") == "resync" else answer.text
        return News(int(answer.headers["x-live-cursor"]), html, self.topics)

    async def takes(self, news: News) -> None:
        """Shows the news as the product does: by the cursor, each once, in order."""
        if news.html is None:
            self.cursor = await self.page.evaluate(FETCH_ANEW)
            return
        fresh = {"news": {"cursor": news.cursor, "html": news.html}, "covered": list(news.covered)}
        self.cursor = await self.page.evaluate(SHOW, fresh)

    async def takes_again(self, news: News) -> None:
        """The same fragments once more, past the cursor that would drop them."""
        await self.page.evaluate(SWAP, news.html or "")

    async def knows_its_cursor(self) -> None:
        """A part of the page that was read earlier may have taken it back."""
        self.cursor = await self.page.evaluate(AT)

    async def catches_up(self) -> bool:
        """Takes whatever is new; whether there was anything."""
        before = self.cursor
        await self.takes(await self.asks())
        return self.cursor != before

    async def sends(self, text: str) -> None:
        """What the attendant does; whether an answer has come is another matter."""
        await self.page.locator("#composer-text").fill(text)
        async with self.page.expect_request(lambda request: request.method == "POST"):
            await self.page.locator("#composer-text").press("Enter")

    @asynccontextmanager
    async def answer_is_late(self, part: str) -> AsyncIterator[asyncio.Event]:
        """The next answer of such an address reaches the page at the end; the event says that it has been read."""
        read, may_go = asyncio.Event(), asyncio.Event()

        async def hold(route: Route) -> None:
            answer = await route.fetch()
            read.set()
            await may_go.wait()
            await route.fulfill(response=answer)

        def is_meant(address: str) -> bool:
            return part in address

        await self.page.route(is_meant, hold, times=1)
        async with self.page.expect_response(lambda answer: is_meant(answer.url)) as answered:
            yield read
            may_go.set()
        await (await answered.value).finished()

    async def shown(self) -> Picture:
        return picture_of(await self.page.content(), await self.page.title())

    async def reloaded(self) -> Picture:
        """What the server would draw for this address now."""
        return picture_of((await self.reader.open(self.path)).text)

    async def both_when_quiet(self) -> tuple[Picture, Picture]:
        """The open page caught up with the log, and the reload of the very same moment."""
        while True:
            await self.catches_up()
            fresh = await self.reloaded()
            if not await self.catches_up() and self.cursor == fresh.cursor:
                return await self.shown(), fresh


def difference(kept: Picture, fresh: Picture) -> str:
    """Where an open page is not what a reload shows; "" when it is."""
    told = unified_diff(
        (kept.title, *kept.lines), (fresh.title, *fresh.lines), "open page", "reload", n=6, lineterm=""
    )
    return "\n".join(told)


async def open_page(
    chromium: Chromium, reader: Browser, conversation: int | None, drawer: str = "", show: str = "all"
) -> LivePage:
    """A tab in a browser of its own, signed in as `reader`, with this list; close its context when done."""
    address = str(reader.http.base_url)
    context = await chromium.new_context(locale="pt-BR", viewport={"width": 1200, "height": 800})
    await context.add_cookies(
        [{"name": name, "value": value, "url": address} for name, value in reader.http.cookies.items()]
    )
    await context.add_init_script(KEPT_APART)
    opened = LivePage(await context.new_page(), reader, conversation, drawer, show)
    await opened.load()
    return opened


def picture_of(html: str, title: str | None = None) -> Picture:
    """A page without what belongs to one tab or one moment. `title` is the tab's own, if scripts have run."""
    outline = Outline()
    outline.feed(html)
    outline.close()
    return Picture(outline.title if title is None else title, tuple(outline.lines), outline.cursor)


class Outline(HTMLParser):
    """Everything inside `#app`, one line per tag or text, indented by depth."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[str] = []
        self.title = ""
        self.cursor = 0
        self._depth = 0
        self._app_depth: int | None = None
        self._left_out_at: int | None = None
        self._in_title = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        known = {name: value or "" for name, value in attrs}
        self._in_title = tag == "title" and self._app_depth is None
        if known.get("id") == "app":
            self._app_depth = self._depth
            self.cursor = int(known["data-cursor"])
        if self._left_out_at is None and is_own(tag, known):
            self._left_out_at = self._depth
        self._note(f"<{tag}{attributes_of(known)}>")
        if tag not in VOID:
            self._depth += 1
        elif self._left_out_at == self._depth:
            self._left_out_at = None

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        self._in_title = False
        if tag in VOID:
            return
        self._depth -= 1
        if self._left_out_at == self._depth:
            self._left_out_at = None
        if self._app_depth == self._depth:
            self._app_depth = None

    def handle_data(self, data: str) -> None:
        if self._in_title:
            self.title += data
        elif text := " ".join(data.split()):
            self._note(text)

    def _note(self, line: str) -> None:
        if self._app_depth is not None and self._left_out_at is None:
            self.lines.append("  " * (self._depth - self._app_depth) + line)


def is_own(tag: str, attributes: dict[str, str]) -> bool:
    """Whether an element belongs to one tab or one moment only."""
    classes = attributes.get("class", "").split()
    return tag == "desktop-alert" or attributes.get("id") in OWN_IDS or not OWN_CLASSES.isdisjoint(classes)


def attributes_of(attributes: dict[str, str]) -> str:
    kept = {name: value for name, value in attributes.items() if not name.startswith(OWN_ATTRIBUTES)}
    if kept.get("name") in OWN_FIELDS:
        kept.pop("value", None)
    if "class" in kept:
        kept["class"] = " ".join(sorted(one for one in kept["class"].split() if not one.startswith("htmx-")))
    return "".join(f' {name}="{value}"' for name, value in sorted(kept.items()))
