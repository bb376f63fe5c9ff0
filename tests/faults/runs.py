"""One desk, killed again and again while it works; then everything it did is counted."""

import json
import re
import signal
import time
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import asdict, dataclass, field
from pathlib import Path
from random import Random

import anyio
import httpx2

from app.simulator.config import SimulatorConfig
from app.simulator.world import World
from tests.actors import Browser, WhatsApp, within
from tests.faults.oracle import Findings, Outside, accepted_sends, examine, unfinished
from tests.faults.processes import RECOVERY_SECONDS, House, house
from tests.faults.traffic import CANARY, CUSTOMERS, Traffic, unread_as_shown
from tests.people import MARTA

DRAIN_SECONDS = 120.0  # of a backlog that grows with the number of kills
STOP_SECONDS = 3.0
TABS = 4
BUSY = (
    "TimeoutError",
    "OperationalError",
)  # answered 503 and asked again: a busy machine, not a wrong program


@dataclass
class Result:
    """What one named fault came to. `broken`: the promises it broke, in words."""

    name: str
    seed: int
    kills: int = 0
    messages: int = 0
    sends: int = 0
    unknown: int = 0
    lost: int = 0
    duplicated: int = 0
    repeated: int = 0  # requests of the attendant that a crash left without an answer
    slowest_recovery: float = 0.0
    drained_in: float = 0.0
    seconds: float = 0.0
    broken: list[str] = field(default_factory=list)

    def line(self) -> str:
        return json.dumps(asdict(self), ensure_ascii=False)


async def killed_at_random(
    name: str, database_url: str, folder: Path, seed: int, kills: int, *, claude: bool
) -> Result:
    """SIGKILL at random moments while customers write and an attendant (and perhaps Claude) answers."""
    began = time.monotonic()
    result, random = Result(name, seed, kills), Random(seed)
    async with AsyncExitStack() as stack:
        desk = await stack.enter_async_context(house(database_url, folder, claude=claude))
        whatsapp = await whatsapp_of(desk, stack)
        traffic = Traffic(whatsapp, Random(seed + 1), attended=1 if claude else len(CUSTOMERS))
        await desk.start(cold=True)
        marta = await browser_of(desk, stack)
        async with anyio.create_task_group() as crowd:
            crowd.start_soon(traffic.customers_write)
            for _ in range(TABS):
                crowd.start_soon(traffic.attendant_answers, marta)
            crowd.start_soon(traffic.graph_misbehaves)
            for kill in range(kills):
                await pause(random)
                await desk.kill()
                await desk.start(cold=kill == kills - 1)
            traffic.over.set()
        await whatsapp.control("DELETE", "/faults")
        result.drained_in = await drained(desk, whatsapp)
        pages = await unread_as_shown(marta)
        shown = dict[int, str]()
        for conversation in pages:
            shown |= await traffic.look_at(marta, conversation)
        await desk.end(signal.SIGTERM)
    outside = Outside(traffic.inbound, traffic.asked, accepted_sends(desk.send_log))
    found = examine(database_url, outside, claude=claude)
    found.note(traffic.fallen, f"I5: {traffic.fallen}")
    look_at_the_page(database_url, shown, pages, found)
    look_at_the_log(desk.log.read_text(), found)
    result.broken, result.repeated = found.broken, traffic.repeated
    result.messages, result.sends, result.unknown = found.messages, found.sends, found.unknown
    result.lost, result.duplicated = found.lost, found.duplicated
    result.slowest_recovery = round(max(desk.recoveries), 2)
    result.seconds = round(time.monotonic() - began, 1)
    return result


async def pause(random: Random) -> None:
    """The fault itself is the moment at which it comes."""
    await anyio.sleep(random.uniform(0.05, 1.5))


async def drained(desk: House, whatsapp: WhatsApp) -> float:
    """Seconds until nothing is left to do; fails naming what is."""
    began = time.monotonic()
    left: list[str] = []

    async def is_done() -> bool:
        idle = await whatsapp.control("GET", "/idle", timeout=1)
        left[:] = unfinished(desk.database_url) + ([] if idle["idle"] else [f"webhooks: {idle['pending']}"])
        return not left

    with anyio.move_on_after(DRAIN_SECONDS):
        await within(DRAIN_SECONDS, is_done, what="drain")
    assert not left, f"not drained within {DRAIN_SECONDS} s: {left}"
    return round(time.monotonic() - began, 1)


async def whatsapp_of(desk: House, stack: AsyncExitStack) -> WhatsApp:
    control = await stack.enter_async_context(
        httpx2.AsyncClient(base_url=desk.simulator, trust_env=False, timeout=40)
    )
    elsewhere = World(SimulatorConfig("", "", ""))  # the real one lives in another process
    return WhatsApp(control, elsewhere)


async def browser_of(desk: House, stack: AsyncExitStack) -> Browser:
    browser = Browser(desk.address, MARTA)
    stack.push_async_callback(browser.http.aclose)
    await browser.sign_in()
    return browser


def look_at_the_page(
    database_url: str, shown: dict[int, str], pages: dict[int, int], found: Findings
) -> None:
    """The page shows the stored status, an unknown send as unknown, and the stored badge."""
    from tests.faults.oracle import as_a_page_should_show

    statuses, unread = as_a_page_should_show(database_url, MARTA.email)
    wrong = {message: status for message, status in shown.items() if statuses.get(message) != status}
    found.note(wrong, f"the page shows {wrong}")
    found.note(unread != pages, f"I6: the page shows {pages} unread, there are {unread}")


def look_at_the_log(log: str, found: Findings) -> None:
    """I11: no customer's words or numbers; and nothing went wrong but the crashes, which leave no line."""
    found.note(
        CANARY in log or "canário".encode("unicode_escape").decode() in log, "I11: a text is in the log"
    )
    found.note(any(customer.wa_id in log for customer in CUSTOMERS), "I11: a phone number is in the log")
    errors = [
        error
        for error in re.finditer(r'^.*"severity": "(?:ERROR|CRITICAL)".*$|^Traceback.*$', log, re.M)
        if not any(f'"fault": "{busy}"' in error[0] for busy in BUSY)
    ]
    if errors:
        around = log[max(errors[0].start() - 300, 0) : errors[0].end() + 3000]
        found.note(True, f"the log has {len(errors)} errors, the first one here:\n{around}")


async def stopped_cleanly(name: str, database_url: str, folder: Path, seed: int, kills: int) -> Result:
    """SIGTERM with a stream and a held poll open: gone within 3 s, and no error in the log."""
    began = time.monotonic()
    result = Result(name, seed)
    async with AsyncExitStack() as stack:
        desk = await stack.enter_async_context(house(database_url, folder))
        await desk.start(cold=True)
        marta = await browser_of(desk, stack)
        page = await marta.open("/")
        cursor = re.search(r'data-cursor="(\d+)"', page.text)
        where = f"?c={cursor.group(1) if cursor else 0}&t=inbox"
        stream = await stack.enter_async_context(marta.http.stream("GET", f"/live{where}"))
        pieces = stream.aiter_text()
        assert "hello" in await anext(pieces)
        async with anyio.create_task_group() as crowd:
            crowd.start_soon(marta.get, f"/live/poll{where}&w=25")
            with anyio.move_on_after(0.3):  # the poll has arrived and is held
                await anext(pieces)
            took = await desk.end(signal.SIGTERM)
        result.drained_in = round(took, 2)
    found = Findings()
    found.note(took > STOP_SECONDS, f"stopping took {took:.1f} s")
    look_at_the_log(desk.log.read_text(), found)
    result.broken, result.slowest_recovery = found.broken, round(max(desk.recoveries), 2)
    result.seconds = round(time.monotonic() - began, 1)
    return result


Run = Callable[[str, str, Path, int, int], Awaitable[Result]]


async def people_answer(name: str, database_url: str, folder: Path, seed: int, kills: int) -> Result:
    return await killed_at_random(name, database_url, folder, seed, kills, claude=False)


async def claude_answers(name: str, database_url: str, folder: Path, seed: int, kills: int) -> Result:
    return await killed_at_random(name, database_url, folder, seed, kills, claude=True)


FAULTS: dict[str, Run] = {
    "killed-while-people-answer": people_answer,
    "killed-while-claude-answers": claude_answers,
    "stopped-with-streams-open": stopped_cleanly,
}

__all__ = ["FAULTS", "RECOVERY_SECONDS", "Result"]
