"""A retry storm: what Meta kept during an outage comes all at once, while customers go on writing."""

import asyncio
import heapq
import itertools
import json
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import httpx2

from app.whatsapp.signature import sign
from tests.actors import APP_SECRET
from tests.bench.figure import Figure, percentile
from tests.bench.intake import FULL, customer, posts, webhooks
from tests.bench.load import Line, Load, request_of, run
from tests.bench.served import Served, engines, server
from tests.whatsapp.bodies import change, contact, status, text, webhook

EVENTS = 100_000
LINES, LIVE_LINES, LIVE_A_SECOND = 64, 8, 20.0
SIZES = (1, 10, 50, 100, 250)  # items of one body; in flight they are more than may wait
OUTAGE_SECONDS = 8 * 3600
FIRST_PAUSE, LONGEST_PAUSE = 0.5, 8.0  # seconds before a body is sent again; Meta waits longer


@dataclass
class Storm:
    """What was kept at Meta, and what became of it. `again`: what was refused, by when it is due."""

    fresh: Iterator[bytes]
    messages: int = 0
    reports: int = 0
    under_way: int = 0
    refused: int = 0
    seconds: float = 0.0
    again: list[tuple[float, int, bytes, float]] = field(default_factory=list)
    turn: Iterator[int] = field(default_factory=itertools.count)

    def next(self) -> tuple[bytes, float] | None:
        """A body to send now and how long it waits if it is refused; None for the moment."""
        if self.again and self.again[0][0] <= time.perf_counter():
            _, _, body, pause = heapq.heappop(self.again)
            return body, pause
        body = next(self.fresh, b"")
        return (body, FIRST_PAUSE) if body else None

    def put_back(self, body: bytes, pause: float) -> None:
        self.refused += 1
        entry = (time.perf_counter() + pause, next(self.turn), body, min(2 * pause, LONGEST_PAUSE))
        heapq.heappush(self.again, entry)

    async def post_on(self, line: Line) -> None:
        while True:
            found = self.next()
            if found is None:
                if not self.again and not self.under_way:
                    return
                await asyncio.sleep(0.1)
                continue
            body, pause = found
            self.under_way += 1
            answer = await line.post(request_of(FULL, body, sign(APP_SECRET, body)))
            self.under_way -= 1
            assert answer in (200, 503), answer
            if answer == 503:
                self.put_back(body, pause)

    async def breaks_loose(self, address: str) -> None:
        """Everything is sent, and what is refused again, until all of it was answered 200."""
        where, loop, began = urlsplit(address), asyncio.get_running_loop(), time.perf_counter()
        made = [
            await loop.create_connection(Line, where.hostname or "", where.port or 80) for _ in range(LINES)
        ]
        await asyncio.gather(*(self.post_on(line) for _, line in made))
        for transport, _ in made:
            transport.close()
        self.seconds = time.perf_counter() - began


def storm_of(events: int) -> Storm:
    """`events` messages and statuses, half and half, some bodies twice."""
    storm = Storm(iter(()))
    storm.fresh = bodies_of(events, storm)
    return storm


def bodies_of(events: int, storm: Storm) -> Iterator[bytes]:
    first, sizes = 0, itertools.cycle(SIZES)
    then = time.time() - OUTAGE_SECONDS
    while first < events:
        numbers = range(first, min(first + next(sizes), events))
        first = numbers.stop
        told = [number for number in numbers if number % 2]
        written = [number for number in numbers if not number % 2]
        storm.messages, storm.reports = storm.messages + len(written), storm.reports + len(told)
        senders = {customer(number).wa_id: customer(number) for number in written}
        body = json.dumps(
            webhook(
                change(
                    *(
                        text(f"wamid.old{n}", f"Olá {n} {'é' * 40}", customer(n), at=then + n / 10)
                        for n in written
                    ),
                    contacts=[contact(one) for one in senders.values()],
                    statuses=[status(f"wamid.left{n}", "delivered", timestamp=str(int(then))) for n in told],
                )
            )
        ).encode()
        yield body
        if len(numbers) == SIZES[1]:  # Meta believes that this one was missed
            yield body


@dataclass
class Weather:
    """What customers met meanwhile, and what the process held in memory, in megabytes."""

    storm: Storm
    live: Load
    before: float
    most: float
    lost: int


async def weathered(served: Served, events: int) -> Weather:
    await run(
        served.address, posts(FULL, webhooks()), lines=LINES, seconds=2
    )  # as warm as a day's work makes it
    known = await stored(served)
    storm, live, before = storm_of(events), Load(), served.megabytes
    memory = [before]
    over = asyncio.Event()

    async def rages() -> None:
        await storm.breaks_loose(served.address)
        over.set()

    async def customers_write() -> None:
        bodies = posts(FULL, webhooks("now"))
        while not over.is_set():
            second = await run(served.address, bodies, lines=LIVE_LINES, seconds=1, rate=LIVE_A_SECOND)
            live.spans += second.spans
            live.refused += second.refused
            memory.append(served.megabytes)

    await asyncio.gather(rages(), customers_write())
    messages, reports = await stored(served)
    wanted = known[0] + storm.messages + len(live.spans), known[1] + storm.reports
    lost = abs(wanted[0] - messages) + abs(wanted[1] - reports)
    return Weather(storm, live, before, max(memory), lost)


async def stored(served: Served) -> tuple[int, int]:
    async with httpx2.AsyncClient(trust_env=False, timeout=30) as http:
        messages, reports = (await http.get(f"{served.address}/bench/stored")).json()
    return messages, reports


async def measure(events: int = EVENTS) -> list[Figure]:
    figures = []
    for engine in engines():
        async with server(engine) as served:
            found = await weathered(served, events)
        spans = [span * 1000 for span in found.live.spans]
        figures += [
            Figure(
                f"{engine}: a storm of {events} old events, drained", events / found.storm.seconds, "a second"
            ),
            Figure(f"{engine}: … refused with 503 and sent again", found.storm.refused, "bodies"),
            Figure(f"{engine}: … lost or stored twice", found.lost, "events", limit=0),
            Figure(f"{engine}: … live messages meanwhile, p99", percentile(spans, 0.99), "ms", limit=1000),
            Figure(f"{engine}: … the slowest of {len(spans)}", max(spans), "ms"),
            Figure(f"{engine}: … live messages refused", found.live.refused, "messages", limit=0),
            Figure(f"{engine}: … memory grew by", found.most - found.before, "MB", limit=100),
        ]
    return figures
