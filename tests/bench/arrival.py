"""From Meta's POST to the bubble on the screen, beside the bare floor, in one Chromium and one run."""

import asyncio
import json
import os
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import httpx2
from playwright.async_api import Page

from app.migrate import migrate
from app.settings import HOME, database_address
from app.simulator.serve import listening
from app.whatsapp.signature import sign
from tests.actors import APP_SECRET, VERIFY_TOKEN, within
from tests.bench.figure import Figure, middle, percentile
from tests.chromium import running_chromium
from tests.people import ANA, MARTA, Customer
from tests.whatsapp.bodies import written

WARM_UP, ROUNDS, GAP_SECONDS = (
    20,
    160,
    0.25,
)  # one open conversation never sees more than four messages a second
WATCH = """(selector) => {
  globalThis.arrivals = {}
  new MutationObserver((changes) => {
    const at = (performance.timeOrigin + performance.now()) / 1000
    for (const change of changes) for (const node of change.addedNodes) {
      const found = node.nodeType === 1 && node.textContent.match(/(?:floor|bench) (\\d+) /)
      if (found && node.matches("article")) globalThis.arrivals[found[1]] ??= at
    }
  }).observe(document.querySelector(selector), { childList: true, subtree: true })
}"""
LISTEN = """() => {
  const source = new EventSource("/stream")
  source.onmessage = ({ data }) => htmx.swap({ text: data, sourceElement: document.body, target: document.body, swap: "none" })
  return new Promise((resolve) => { source.onopen = () => resolve(true) })
}"""


async def measure() -> list[Figure]:
    """Median and 99th percentile of both, alternating in blocks so that a noisy neighbour hits both alike."""
    async with contestants() as (ours, floor):
        for run in (floor, ours):
            await run(range(WARM_UP))
        spans: dict[str, list[float]] = {"ours": [], "floor": []}
        for block in range(4):
            numbers = range(1000 + block * 100, 1000 + block * 100 + ROUNDS // 4)
            spans["floor"] += await floor(numbers)
            spans["ours"] += await ours(numbers)
    own, bare = spans["ours"], spans["floor"]
    return [
        Figure("webhook POST to bubble in Chromium, median", middle(own), "ms", middle(bare), limit=3),
        Figure(
            "webhook POST to bubble in Chromium, p99",
            percentile(own, 0.99),
            "ms",
            percentile(bare, 0.99),
            limit=4,
        ),
    ]


@asynccontextmanager
async def contestants() -> AsyncIterator[tuple[Any, Any]]:
    with TemporaryDirectory() as folder:
        async with (
            server_of_ours(Path(folder)) as address,
            server_of_floor() as floor_address,
            running_chromium(os.environ.get("CHROMIUM")) as browser,
        ):
            page, bare = await browser.new_page(), await browser.new_page()
            async with httpx2.AsyncClient(trust_env=False, timeout=20) as http:
                await open_inbox(page, address, http)
                await bare.goto(floor_address)
                await bare.evaluate(LISTEN)
                await bare.evaluate(WATCH, "#messages")

                async def ours(numbers: range) -> list[float]:
                    await page.bring_to_front()
                    return await timed(page, numbers, lambda n: post_webhook(http, address, n))

                async def floor(numbers: range) -> list[float]:
                    await bare.bring_to_front()
                    return await timed(bare, numbers, lambda n: publish(http, floor_address, n))

                yield ours, floor


async def timed(page: Page, numbers: range, send: Any) -> list[float]:
    """Milliseconds from each sending to its bubble."""
    sent = {}
    for n in numbers:
        sent[n] = await send(n)
        await asyncio.sleep(GAP_SECONDS)

    async def all_there() -> dict[str, float] | None:
        seen: dict[str, float] = await page.evaluate("() => globalThis.arrivals")
        return seen if all(str(n) in seen for n in numbers) else None

    seen = await within(20, all_there, what="the last bubble")
    return [(seen[str(n)] - sent[n]) * 1000 for n in numbers]


async def publish(http: httpx2.AsyncClient, address: str, n: int) -> float:
    answer = await http.get(f"{address}/publish", params={"n": n})
    return float(answer.json()["sent"])


async def post_webhook(http: httpx2.AsyncClient, address: str, n: int, sender: Customer = ANA) -> float:
    """One customer message of about 800 bytes; gives the moment just before it was sent."""
    body = json.dumps(written(f"wamid.bench{n}", f"bench {n} {'é' * 80}", sender)).encode()
    sent = time.time()
    answer = await http.post(
        f"{address}/webhooks/whatsapp", content=body, headers={"X-Hub-Signature-256": sign(APP_SECRET, body)}
    )
    assert answer.status_code == 200, answer.status_code
    return sent


async def open_inbox(page: Page, address: str, http: httpx2.AsyncClient) -> None:
    await post_webhook(http, address, 999_999)
    await page.goto(f"{address}/sign-in")
    await page.fill("[name=email]", MARTA.email)
    await page.fill("[name=password]", MARTA.password)
    await page.press("[name=password]", "Enter")
    await page.wait_for_selector("[data-conversation] a")
    await page.click("[data-conversation] a")
    await page.wait_for_selector("#live-status[data-state=live]", state="attached", timeout=20_000)
    await page.evaluate(WATCH, "#thread")


@asynccontextmanager
async def server_of_ours(folder: Path) -> AsyncIterator[str]:
    with listening() as free:
        port = free.getsockname()[1]
    await migrate(database_address(f"sqlite:///{folder}/recado.db"))
    environment = os.environ | {
        "RECADO_ENV": "test",
        "DATABASE_URL": f"sqlite:///{folder}/recado.db",
        "SECRET_KEY": "b" * 40,
        "ADMIN_EMAIL": MARTA.email,
        "ADMIN_PASSWORD": MARTA.password,
        "WHATSAPP_APP_SECRET": APP_SECRET,
        "WHATSAPP_VERIFY_TOKEN": VERIFY_TOKEN,
        "WHATSAPP_API_URL": "http://127.0.0.1:9",
        "WHATSAPP_PHONE_NUMBER_ID": "100000000000001",
        "CLAUDE_ENABLED": "false",
    }
    async with process(
        ["-m", "uvicorn", "app.main:app", "--port", str(port), "--no-access-log"],
        environment,
        port,
        "/healthz",
    ):
        yield f"http://127.0.0.1:{port}"


@asynccontextmanager
async def server_of_floor() -> AsyncIterator[str]:
    with listening() as free:
        port = free.getsockname()[1]
    async with process(["-m", "tests.bench.floor", str(port)], dict(os.environ), port, "/"):
        yield f"http://127.0.0.1:{port}"


@asynccontextmanager
async def process(
    arguments: list[str], environment: dict[str, str], port: int, path: str
) -> AsyncIterator[asyncio.subprocess.Process]:
    """A Python program that answers on `port`, while the block lasts."""
    child = await asyncio.create_subprocess_exec(sys.executable, *arguments, cwd=HOME, env=environment)
    try:
        async with httpx2.AsyncClient(trust_env=False) as http:

            async def answers() -> bool:
                try:
                    return (await http.get(f"http://127.0.0.1:{port}{path}")).status_code == 200
                except httpx2.TransportError:
                    return False

            await within(30, answers, what="the server's start")
        yield child
    finally:
        child.terminate()
        await child.wait()
