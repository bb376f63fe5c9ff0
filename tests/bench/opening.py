"""How soon a thread is painted after the click on its row, beside the server's bare answer; how smoothly the list scrolls.

One Chromium, one open inbox. A block opens every conversation several times, asking for the same fragment without a
browser before each; of three blocks the quietest is told, which is the one with the lowest p95.
"""

import asyncio
import json
import os
import time
from dataclasses import dataclass

import httpx2
from playwright.async_api import Page

from app.whatsapp.signature import sign
from tests.actors import APP_SECRET
from tests.bench.figure import Figure, middle, percentile
from tests.bench.served import Served, engines, server
from tests.chromium import running_chromium
from tests.people import MARTA, Customer
from tests.whatsapp.bodies import change, contact, text, webhook

THREADS, MESSAGES, ROWS = 12, 60, 400
BLOCKS, OPENINGS, GAP_SECONDS = 3, 60, 0.15
FRAME = 1000 / 60

# Milliseconds from the click until the frame that shows the thread has been drawn.
OPEN = """(id) => new Promise((done) => {
  const link = document.querySelector(`#row-${id} .row__link`)
  const watching = new MutationObserver(() => {
    if (document.getElementById("thread")?.dataset.thread !== id) return
    watching.disconnect()
    requestAnimationFrame(() => {
      const { port1, port2 } = new MessageChannel()
      port1.onmessage = () => done(performance.now() - began)
      port2.postMessage("after this frame")
    })
  })
  watching.observe(document.getElementById("app"), { childList: true, subtree: true })
  link.focus() // as a mouse does
  const began = performance.now()
  link.click()
})"""
# How long each frame took while the list is scrolled from its top to its end and back, in milliseconds.
SCROLL = """async () => {
  const box = document.querySelector(".list-pane__scroll"), frames = []
  const frame = () => new Promise(requestAnimationFrame)
  let last = await frame()
  for (const step of [80, -80]) for (let place = -1; place !== box.scrollTop;) {
    place = box.scrollTop
    box.scrollBy(0, step)
    const now = await frame()
    frames.push(now - last)
    last = now
  }
  return frames
}"""


async def measure() -> list[Figure]:
    os.environ |= {"ADMIN_EMAIL": MARTA.email, "ADMIN_PASSWORD": MARTA.password}
    figures = []
    for engine in engines():
        async with server(engine) as served, running_chromium(os.environ.get("CHROMIUM")) as browser:
            figures += await measured_at(
                served, engine, await browser.new_page(viewport={"width": 1366, "height": 768})
            )
    return figures


async def measured_at(served: Served, engine: str, page: Page) -> list[Figure]:
    async with httpx2.AsyncClient(trust_env=False, timeout=60, base_url=served.address) as http:
        await filled(http)
        ids = await at_the_inbox(page, served, http)
        await block(page, http, ids, THREADS)  # everything has been read, and compiled once
        blocks = [await block(page, http, ids, OPENINGS) for _ in range(BLOCKS)]
        return [*told(engine, blocks), await scrolled(engine, page)]


@dataclass
class Block:
    """Milliseconds of each opening, and of the server's bare answer before it."""

    painted: list[float]
    bare: list[float]


def told(engine: str, blocks: list[Block]) -> list[Figure]:
    one = min(blocks, key=lambda block: percentile(block.painted, 0.95))
    name = f"{engine}: click on a row to its thread of {MESSAGES} painted"
    p95, bare = percentile(one.painted, 0.95), percentile(one.bare, 0.95)
    return [
        Figure(f"{name}, median", middle(one.painted), "ms", base=middle(one.bare)),
        Figure(f"{name}, p95", p95, "ms", base=bare, limit=1.5),
        Figure(f"{name}, p95 alone", p95, "ms", limit=100),
    ]


async def filled(http: httpx2.AsyncClient) -> None:
    """As many conversations as rows; the newest have long threads."""
    for place in reversed(range(ROWS)):
        sender = Customer(f"Cliente {place}", wa_id=f"5511{910000000 + place}")
        count = MESSAGES if place < THREADS else 1
        said = [
            text(f"wamid.{place}.{n}", f"bench {n} {'palavra ' * (n % 17)}", sender) for n in range(count)
        ]
        body = json.dumps(webhook(change(*said, contacts=[contact(sender)]))).encode()
        signed = {"X-Hub-Signature-256": sign(APP_SECRET, body)}
        (await http.post("/webhooks/whatsapp", content=body, headers=signed)).raise_for_status()


async def at_the_inbox(page: Page, served: Served, http: httpx2.AsyncClient) -> list[str]:
    """Signed in in both; the conversations with long threads."""
    form = {"email": MARTA.email, "password": MARTA.password}
    assert (await http.post("/sign-in", data=form)).status_code == 303
    cookies = [{"name": name, "value": value, "url": served.address} for name, value in http.cookies.items()]
    await page.context.add_cookies(cookies)  # type: ignore[arg-type]
    await page.goto(served.address)
    await page.wait_for_selector("#live-status:not([data-state=offline])", state="attached")
    rows = page.locator("#conversation-list > .row")
    return [await rows.nth(place).get_attribute("data-conversation") or "" for place in range(THREADS)]


async def block(page: Page, http: httpx2.AsyncClient, ids: list[str], openings: int) -> Block:
    found = Block([], [])
    for id in ids * (openings // THREADS):
        began = time.perf_counter()
        answer = await http.get(f"/c/{id}", headers={"HX-Request": "true", "HX-Target": "section#pane"})
        found.bare.append((time.perf_counter() - began) * 1000)
        assert answer.text.count("data-message=") >= 50, answer.text.count("data-message=")
        await asyncio.sleep(GAP_SECONDS)
        found.painted.append(await page.evaluate(OPEN, id))
        await asyncio.sleep(GAP_SECONDS)
    return found


async def scrolled(engine: str, page: Page) -> Figure:
    """The share of frames that missed their turn: shown a frame or more later than 60 a second ask for."""
    while await page.locator("#more-rows a").count():
        await page.evaluate("document.querySelector('.list-pane__scroll').scrollTo(0, 1e9)")
        await asyncio.sleep(GAP_SECONDS)
    rows = await page.locator("#conversation-list > .row").count()
    assert rows == ROWS, rows
    shares = []
    for _ in range(BLOCKS):
        frames: list[float] = await page.evaluate(SCROLL)
        assert len(frames) > ROWS
        shares.append(sum(one > 1.5 * FRAME for one in frames) / len(frames) * 100)
    return Figure(
        f"{engine}: frames that come too late while {rows} rows are scrolled", min(shares), "%", limit=1
    )
