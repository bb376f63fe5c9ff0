"""One desk, killed at random moments or told to stop while it works; then everything it did is counted."""

import re
import signal
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass
from functools import partial
from random import Random

import anyio
import httpx2

from tests.actors import Browser
from tests.faults import deaths, together
from tests.faults.acts import Stage
from tests.faults.ending import concluded
from tests.faults.ground import Ground
from tests.faults.processes import house
from tests.faults.result import Result
from tests.faults.surroundings import browser_of, whatsapp_of
from tests.faults.traffic import CUSTOMERS, Traffic

STOP_SECONDS = 10.0
SLOW_SEND_SECONDS = 2.0
NEVER_ENDS = {"steps": [{"text": "Um momento"}, {"stall": 120.0}], "match": "Alguém aí?"}
TABS = 4

Run = Callable[[str, Ground, int, int], Awaitable[Result]]  # name, where, seed, kills


async def killed_at_random(name: str, ground: Ground, seed: int, kills: int, *, claude: bool) -> Result:
    """SIGKILL at random moments while customers write and an attendant (and perhaps Claude) answers."""
    began = time.monotonic()
    result, random = Result(name, seed, ground.engine, kills), Random(seed)
    async with AsyncExitStack() as stack:
        desk = await stack.enter_async_context(house(await ground.database(), ground.room(), claude=claude))
        whatsapp = await whatsapp_of(desk, stack)
        traffic = Traffic(whatsapp, Random(seed + 1), attended=len(CUSTOMERS) // (2 if claude else 1))
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
        found = await concluded(
            desk, whatsapp, marta, traffic.inbound, traffic.asked, claude=claude, result=result
        )
    found.note(traffic.fallen, f"I5: {traffic.fallen}")
    result.repeated = traffic.repeated
    result.take(found, desk.recoveries, began)
    return result


async def pause(random: Random) -> None:
    """The fault itself is the moment at which it comes."""
    await anyio.sleep(random.uniform(0.05, 1.5))


async def stopped_while_busy(name: str, ground: Ground, seed: int, kills: int) -> Result:
    """SIGTERM with a stream, a held poll, a turn of Claude and a slow send under way: gone in time, no error in the log,
    and the next life takes the turn up at once."""
    began = time.monotonic()
    result, slowest = Result(name, seed, ground.engine), 0.0
    async with AsyncExitStack() as stack:
        desk = await stack.enter_async_context(house(await ground.database(), ground.room(), claude=True))
        whatsapp = await whatsapp_of(desk, stack)
        await desk.start(cold=True)
        marta = await browser_of(desk, stack)
        stage = Stage(whatsapp, marta, Random(seed))
        for _ in range(kills):
            await stage.says(await stage.somebody(), "Primeiro")  # whoever answers it has loaded the SDK
            await whatsapp.control("POST", "/claude/replies", **NEVER_ENDS)
            await whatsapp.breaks({"name": "slow", "seconds": SLOW_SEND_SECONDS, "when": "after"})
            await stage.says(await stage.somebody(), "Alguém aí?")
            await whatsapp.control("GET", "/claude/requests", at_least=1, timeout=60)
            async with listened_to(marta):
                slowest = max(slowest, await desk.end(signal.SIGTERM))
            await desk.start(cold=True)
        found = await concluded(desk, whatsapp, marta, stage.inbound, stage.asked, claude=True, result=result)
    found.note(slowest > STOP_SECONDS, f"stopping took {slowest:.1f} s")
    result.kills, result.stopped_in = kills, round(slowest, 2)
    result.take(found, desk.recoveries, began)
    return result


@asynccontextmanager
async def listened_to(marta: Browser) -> AsyncIterator[None]:
    """A stream and a held poll are open when the block begins; both end by themselves."""
    page = await marta.open("/")
    cursor = re.search(r'data-cursor="(\d+)"', page.text)
    where = f"?c={cursor.group(1) if cursor else 0}&t=inbox"
    async with anyio.create_task_group() as crowd, marta.http.stream("GET", f"/live{where}") as stream:
        pieces = stream.aiter_text()
        assert "hello" in await anext(pieces)
        crowd.start_soon(held, marta, where)
        with anyio.move_on_after(0.3):  # the poll has arrived and is held
            await anext(pieces)
        yield


async def held(marta: Browser, where: str) -> None:
    with suppress(httpx2.TransportError):
        await marta.get(f"/live/poll{where}&w=25")


@dataclass(frozen=True)
class Fault:
    """What can be tried. `times`: how many of the kills asked for come to one; `only_on`: an engine, when not both;
    `is_alone`: it runs a dozen processes, and overloaded it would prove nothing."""

    run: Run
    times: int = 1
    only_on: str | None = None
    is_alone: bool = False

    def runs_on(self, engine: str) -> bool:
        return self.only_on in (None, engine)


FAULTS: dict[str, Fault] = {
    **{name: Fault(run) for name, run in deaths.FAULTS.items()},
    "killed-while-people-answer": Fault(partial(killed_at_random, claude=False), times=10),
    "killed-while-claude-answers": Fault(partial(killed_at_random, claude=True), times=10),
    "stopped-while-busy": Fault(stopped_while_busy),
    **{
        name: Fault(run, times, only_on="postgres", is_alone=True)
        for name, (run, times) in together.FAULTS.items()
    },
}
