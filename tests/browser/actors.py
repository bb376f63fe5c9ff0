"""Attendants at a real browser: their tabs, what the tabs asked for, and what their consoles complained of."""

import json
import re
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from playwright.async_api import Browser as Chromium
from playwright.async_api import BrowserContext, ConsoleMessage, Locator, Page, Request, StorageState, expect
from playwright.async_api import Error as BrowserError

from tests.actors import Desk, within
from tests.browser.links import Link
from tests.people import MARTA, Attendant, Customer

PATIENCE = 30_000  # milliseconds
NO_PUSH_HERE = "does not support the Push API in incognito mode"  # which the browsers of tests are
# What a console says where requests get lost; the last of it the service worker, which looks for a newer one of itself.
LOST = ("net::ERR_", "Failed to fetch", "error occurred when fetching the script")

# Keeps what the page tells the desktop; the notification itself is the browser's own.
RECORDER = """
(() => {
  const shown = window.shownAlerts = []
  const Real = window.Notification
  window.Notification = class extends Real {
    constructor(title, options) {
      super(title, options)
      shown.push({ title, body: options.body, tag: options.tag, renotify: options.renotify, closed: false })
      this.place = shown.length - 1
    }
    close() { shown[this.place].closed = true; super.close() }
  }
})()
"""


class Tab:
    """One tab, by the hooks that a page promises."""

    def __init__(self, page: Page, link: Link) -> None:
        self.page = page
        self.link = link

    @property
    def thread(self) -> Locator:
        return self.page.locator("#thread")

    @property
    def text_box(self) -> Locator:
        return self.page.locator('#composer textarea[name="text"]')

    @property
    def rows(self) -> Locator:
        return self.page.locator("#conversation-list [data-conversation]")

    @property
    def bubbles(self) -> Locator:
        return self.page.locator("#thread [data-message]")

    def row(self, customer: Customer) -> Locator:
        return self.rows.filter(
            has=self.page.locator(".row__name", has_text=re.compile(f"^{re.escape(customer.name)}$"))
        )

    def bubble(self, text: str) -> Locator:
        return self.bubbles.filter(has=self.page.get_by_text(text, exact=True))

    async def receives(self) -> None:
        """Until this tab is connected the way it should be."""
        state = "polling" if self.link.is_collecting else "live"
        await expect(self.page.locator("#live-status")).to_have_attribute("data-state", state)
        await self.link.tab_is_connected()

    async def visits(self, address: str) -> None:
        await self._arrives(lambda: self.page.goto(address))

    async def reloads(self) -> None:
        await self._arrives(self.page.reload)

    async def goes_back(self) -> None:
        await self.loads(self.page.go_back)

    async def goes_forward(self) -> None:
        await self.loads(self.page.go_forward)

    async def follows(self, link: Locator) -> None:
        """Press what leads to another page."""
        await self.loads(link.click)

    async def loads(self, act: Callable[[], Awaitable[object]]) -> None:
        """Act, and wait for the page that comes of it with its scripts: one that is drawn but has none yet hears nobody."""
        async with self.page.expect_event("load"):
            await act()

    async def _arrives(self, navigate: Callable[[], Awaitable[object]]) -> None:
        """Where requests get lost a person tries again when the browser shows its own error page."""

        async def arrived() -> bool:
            await self.link.is_up()
            try:
                await navigate()
            except BrowserError as fault:
                if not self.link.loses or "net::ERR_" not in fault.message:
                    raise
                return False
            return True

        await within(PATIENCE / 1000, arrived, what="the page")

    async def insists(self, act: Callable[[], Awaitable[None]], done: Locator) -> None:
        """Act, and again whenever the page says that it did not get through; until `done` is there."""
        if self.link.loses:
            refusal = self.page.locator("#toast:visible")
            await act()
            await expect(done.or_(refusal).first).to_be_visible()
            while await refusal.count() and not await done.count():
                await refusal.evaluate("toast => { toast.hidden = true }")
                await act()
                await expect(done.or_(refusal).first).to_be_visible()
        else:
            await act()
        await expect(done.first).to_be_visible()

    async def presses(self, button: Locator, done: Locator) -> None:
        await self.insists(button.click, done)

    async def choose(self, customer: Customer) -> None:
        """Click the customer's row and wait for their conversation."""
        name = re.compile(f"^{re.escape(customer.name)}$")
        done = self.page.locator(".header__name", has_text=name)
        await self.insists(self.row(customer).locator(".row__link").click, done)

    async def send(self, text: str) -> None:
        await self.text_box.fill(text)
        await self.insists(lambda: self.text_box.press("Enter"), self.bubble(text))

    async def unread(self, customer: Customer, count: int) -> None:
        await expect(self.row(customer)).to_have_attribute("data-unread", str(count))

    async def alerts(self) -> list[dict[str, object]]:
        return list(await self.page.evaluate("window.shownAlerts"))

    async def distance_to_bottom(self) -> float:
        return float(await self.thread.evaluate("box => box.scrollHeight - box.scrollTop - box.clientHeight"))

    async def scroll_to(self, position: int) -> None:
        await self.thread.evaluate("(box, position) => { box.scrollTop = position }", position)

    async def top_of(self, bubble: Locator) -> float:
        """How far below the upper edge of the thread a bubble stands, in pixels."""
        edges = "bubble => bubble.getBoundingClientRect().top - document.getElementById('thread').getBoundingClientRect().top"
        return float(await bubble.evaluate(edges))

    async def lets_focus_go(self) -> None:
        """From here on this tab has the focus only when it is in front, as outside of a test."""
        session = await self.page.context.new_cdp_session(self.page)
        await session.send("Emulation.setFocusEmulationEnabled", {"enabled": False})

    async def goes_behind(self) -> None:
        """Another window comes to the front, so nobody looks at this tab."""
        await self.lets_focus_go()
        other = await self.page.context.new_page()
        await Tab(other, self.link).lets_focus_go()
        await other.bring_to_front()
        assert not await self.page.evaluate("document.hasFocus()")


@dataclass
class RealBrowser:
    """A browser of its own: cookies, storage, tabs. `open_requests` are those not answered or given up yet."""

    context: BrowserContext
    address: str
    link: Link
    requests: list[Request] = field(default_factory=list)
    open_requests: list[Request] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)
    expected: list[str] = field(default_factory=list)

    def watch(self) -> None:
        self.context.on("request", self._asked)
        self.context.on("requestfinished", self._ended)
        self.context.on("requestfailed", self._ended)
        self.context.on("console", self._said)
        self.context.on("weberror", lambda error: self.complaints.append(f"page error: {error.error}"))
        self.context.on("dialog", lambda dialog: self.complaints.append(f"dialog: {dialog.message}"))

    def _asked(self, request: Request) -> None:
        self.requests.append(request)
        self.open_requests.append(request)

    def _ended(self, request: Request) -> None:
        self.open_requests.remove(request)

    def _said(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self.complaints.append(f"{message.text} ({message.location.get('url', '')})")

    def expects(self, *complaints: str) -> None:
        """Complaints of the console that belong to this test, by a part of their words."""
        self.expected += complaints

    def unexpected(self) -> list[str]:
        return [said for said in self.complaints if not any(part in said for part in self.expected)]

    async def tab(self, path: str = "/") -> Tab:
        tab = Tab(await self.context.new_page(), self.link)
        await tab.visits(self.address + path)
        return tab

    def live_requests(self) -> list[Request]:
        return [one for one in self.requests if is_live(one)]

    def open_live_requests(self) -> list[Request]:
        return [one for one in self.open_requests if is_live(one)]


def is_live(request: Request) -> bool:
    return urlsplit(request.url).path in ("/live", "/live/poll")


@dataclass
class Browsers:
    """Opens browsers for attendants, at the program's address or at a proxy's."""

    chromium: Chromium
    desk: Desk
    address: str
    link: Link
    opened: list[RealBrowser] = field(default_factory=list)

    async def of(
        self, person: Attendant = MARTA, *, at: str = "", been_here: bool = True, **more: Any
    ) -> RealBrowser:
        """A browser in which `person` is signed in. `been_here`: it already knows which transport works.

        `more` goes to Playwright, such as `viewport`.
        """
        attendant = self.desk.marta if person == MARTA else await self.desk.browser(person)
        address = at or self.address
        memory = [{"name": "recado.transport", "value": self.verdict()}] if been_here else []
        session = {"name": "recado", "value": attendant.http.cookies["recado"], "url": address}
        state: StorageState = {"origins": [{"origin": address, "localStorage": memory}]}  # type: ignore[typeddict-item]
        context = await self.chromium.new_context(
            storage_state=state, permissions=["notifications"], locale="pt-BR", **more
        )
        await context.add_cookies([session])  # type: ignore[list-item]
        await context.add_init_script(RECORDER)
        context.set_default_timeout(PATIENCE)
        browser = RealBrowser(context, address, self.link)
        browser.expects(NO_PUSH_HERE, *(LOST if self.link.loses else ()))
        browser.watch()
        self.opened.append(browser)
        return browser

    def verdict(self) -> str:
        return json.dumps(
            {"how": "poll" if self.link.is_collecting else "sse", "until": (time.time() + 3600) * 1000}
        )

    async def close(self) -> Sequence[str]:
        """Close all; what their consoles said that no test expected."""
        for browser in self.opened:
            await browser.context.close()
        return [said for browser in self.opened for said in browser.unexpected()]
