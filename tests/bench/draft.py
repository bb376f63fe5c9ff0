"""How soon the first word of Claude's answer stands on an attendant's screen, from the moment at which the played API sends
it: through the program, its database, the live stream and one Chromium.
"""

import asyncio
import os

import httpx2
from playwright.async_api import Page

from app.simulator.brain import last_words
from app.simulator.claude_stage import Asked, reply_from
from app.simulator.config import SimulatorConfig
from app.simulator.serve import running
from app.simulator.world import World
from tests.actors import APP_SECRET, VERIFY_TOKEN, within
from tests.bench.arrival import open_inbox, post_webhook
from tests.bench.figure import Figure, middle, percentile
from tests.bench.served import Served, engines, server
from tests.chromium import running_chromium
from tests.people import MARTA, Customer

WARM_UP, ROUNDS, AT_MOST = 10, 60, 50.0  # milliseconds, p95
OF_ONE = 5  # customer: whoever writes more often is taken for a machine that answers Claude
FIRST_SECONDS = (
    0.3  # before the first piece: no model is quicker, and the page has drawn by then that Claude writes
)
REST_SECONDS = 0.6  # of an answer after its first word, in which the draft stands there

# When each draft's first word had been drawn, by its number.
WATCH = """() => {
  globalThis.drafts = {}
  const { port1, port2 } = new MessageChannel(), waiting = []
  port1.onmessage = () => {
    const at = (performance.timeOrigin + performance.now()) / 1000
    for (const number of waiting.splice(0)) globalThis.drafts[number] ??= at
  }
  new MutationObserver(() => {
    const found = document.querySelector(".claude-draft[data-draft] .bubble__body")?.textContent.match(/draft (\\d+)/)
    if (!found || found[1] in globalThis.drafts) return
    requestAnimationFrame(() => {
      waiting.push(found[1])
      port2.postMessage("after this frame")
    })
  }).observe(document.getElementById("app"), { childList: true, subtree: true })
}"""


async def measure() -> list[Figure]:
    os.environ |= {"ADMIN_EMAIL": MARTA.email, "ADMIN_PASSWORD": MARTA.password}
    return [figure for engine in engines() for figure in await measured(engine)]


async def measured(engine: str) -> list[Figure]:
    async with running(SimulatorConfig("", APP_SECRET, VERIFY_TOKEN)) as (world, address):
        given = {
            "CLAUDE_ENABLED": "true",
            "CLAUDE_WAIT_SECONDS": "0",
            "ANTHROPIC_API_KEY": "simulated",
            "ANTHROPIC_BASE_URL": address,
            "WHATSAPP_API_URL": address,
            "WHATSAPP_ACCESS_TOKEN": world.config.access_token,
        }
        async with (
            server(engine, **given) as served,
            running_chromium(os.environ.get("CHROMIUM")) as browser,
        ):
            took = await drafts(world, served, await browser.new_page())
    name = f"{engine}: first piece of Claude's answer sent to its word drawn in Chromium"
    return [
        Figure(f"{name}, median", middle(took), "ms"),
        Figure(f"{name}, p95", percentile(took, 0.95), "ms", limit=AT_MOST),
    ]


async def drafts(world: World, served: Served, page: Page) -> list[float]:
    """Milliseconds of each round."""
    took = []
    async with httpx2.AsyncClient(trust_env=False, timeout=20) as http:
        await open_inbox(page, served.address, http)
        for number in range(WARM_UP + ROUNDS):
            sender = Customer(f"Cliente {number // OF_ONE}", wa_id=f"5511{910000000 + number // OF_ONE}")
            if number % OF_ONE == 0:
                await answered(world, served, http, 1000 + number, sender)
                await page.goto(served.address)
                await page.click(f"#conversation-list .row:has(.row__name:text-is('{sender.name}')) a")
                await page.wait_for_selector("#thread")
                await page.wait_for_selector("#live-status[data-state=live]", state="attached")
                await page.evaluate(WATCH)
            asked = await answered(world, served, http, number, sender)
            took.append((await drawn(page, number) - asked.first_piece_at) * 1000)
    return took[WARM_UP:]


async def answered(
    world: World, served: Served, http: httpx2.AsyncClient, number: int, sender: Customer
) -> Asked:
    """This customer writes, and Claude has answered."""
    first, rest = {"pause": FIRST_SECONDS}, {"pause": REST_SECONDS}
    steps = [first, {"text": f"draft {number} "}, rest, {"text": "e mais nada."}]
    world.claude.prepare([reply_from({"steps": steps, "match": f"bench {number} "})])
    await post_webhook(http, served.address, number, sender)

    def over() -> Asked | None:
        told = f"bench {number} "
        mine = [one for one in world.claude.asked if told in last_words(one.body)]
        return mine[-1] if mine and mine[-1].outcome == "finished" else None

    asked: Asked = await within(20, over, what="Claude's answer")
    await asyncio.sleep(REST_SECONDS / 2)  # its message goes out meanwhile
    return asked


async def drawn(page: Page, number: int) -> float:
    """When it was, in seconds."""

    async def seen() -> float | None:
        found: dict[str, float] = await page.evaluate("() => globalThis.drafts")
        return found.get(str(number))

    at: float = await within(20, seen, what="the draft")
    return at
