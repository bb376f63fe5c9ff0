"""Two web processes and two workers under load, while their bus dies, or they do, or one of them freezes."""

import os
import re
import signal
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from functools import partial
from pathlib import Path
from random import Random

import anyio
import psycopg
from sqlalchemy import create_engine, select
from sqlalchemy.engine import make_url
from sqlalchemy.orm import Session

from app import models
from app.jobs import LEASE
from tests.actors import Browser, within
from tests.faults.crew import Crew, crew
from tests.faults.ending import concluded
from tests.faults.ground import Ground
from tests.faults.oracle import Findings
from tests.faults.reader import Reader
from tests.faults.result import Result
from tests.faults.surroundings import browser_at, whatsapp_at
from tests.faults.traffic import CUSTOMERS, Traffic
from tests.redis import running_redis

STOP_SECONDS = 10.0
TABS = 2

Bus = Callable[[], Awaitable[None]]  # kills it; it comes back by itself or at once
Disturbance = Callable[[Crew, Bus, Random, int], Awaitable[None]]


async def disturbed(
    name: str, ground: Ground, seed: int, times: int, *, bus: str, disturb: Disturbance
) -> Result:
    """Customers write to the first web process; an attendant of the second must see all of it, each thing once."""
    began = time.monotonic()
    result = Result(name, seed, ground.engine, times)
    async with AsyncExitStack() as stack:
        url = await ground.database()
        bus_url, kill_bus = await stack.enter_async_context(BUSES[bus](url))
        desks = await stack.enter_async_context(crew(url, ground.room(), bus_url))
        whatsapp = await whatsapp_at(desks.simulator, stack)
        marta = await browser_at(desks.webs[1].address, stack)
        traffic = Traffic(whatsapp, Random(seed + 1), attended=len(CUSTOMERS) // 2)
        async with anyio.create_task_group() as crowd:
            crowd.start_soon(traffic.customers_write)
            reader = await reader_of(marta, len(CUSTOMERS))
            on_the_page = messages_in(url)
            crowd.start_soon(reader.follow)
            for _ in range(TABS):
                crowd.start_soon(traffic.attendant_answers, marta)
            await disturb(desks, kill_bus, Random(seed), times)
            traffic.over.set()
            wanted = messages_in(url) - on_the_page
            with suppress(AssertionError):  # the oracle says what is missing
                await within(30, lambda: wanted <= set(reader.bubbles))
            reader.over.set()
        found = await concluded(
            desks, whatsapp, marta, traffic.inbound, traffic.asked, claude=True, result=result
        )
    look_at_what_was_read(reader, wanted, found)
    found.note(traffic.fallen, f"I5: {traffic.fallen}")
    slowest = max(span for member in desks.members for span in member.endings)
    found.note(slowest > STOP_SECONDS, f"stopping took {slowest:.1f} s")
    result.repeated, result.stopped_in = traffic.repeated, round(slowest, 2)
    result.take(found, desks.recoveries, began)
    return result


async def reader_of(marta: Browser, wanted: int) -> Reader:
    """Whoever opens the page once every customer has written."""

    async def all_of_them() -> dict[str, int] | None:
        found = await marta.conversations()
        return found if len(found) >= wanted else None

    found = await within(60, all_of_them, what="a message of every customer")
    cursor = re.findall(r'data-cursor="(\d+)"', (await marta.open("/")).text)[0]
    return Reader(marta, sorted(found.values()), int(cursor))


def messages_in(url: str) -> set[int]:
    engine = create_engine(url)
    with Session(engine) as session:
        found = set(session.scalars(select(models.Message.id)))
    engine.dispose()
    return found


def look_at_what_was_read(reader: Reader, wanted: set[int], found: Findings) -> None:
    """I7: nothing missing, in the order in which it happened."""
    missing = wanted - set(reader.bubbles)
    found.note(missing, f"I7: the other process's reader never saw {len(missing)} messages")
    found.note(reader.resyncs, f"I7: {reader.resyncs} times the page had to be fetched anew")
    found.note(reader.ids != sorted(reader.ids), "I7: events came out of order")


# Buses


@asynccontextmanager
async def over_postgres(url: str) -> AsyncIterator[tuple[str, Bus]]:
    address = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)

    async def kill() -> None:
        async with await psycopg.AsyncConnection.connect(address, autocommit=True) as connection:
            await connection.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'recado bus'"
                " AND datname = current_database()"
            )

    yield "", kill


@asynccontextmanager
async def over_redis(url: str) -> AsyncIterator[tuple[str, Bus]]:
    with running_redis(Path(os.environ["RECADO_REDIS_BIN"])) as server:

        async def kill() -> None:
            server.kill()
            await anyio.sleep(0.3)
            await anyio.to_thread.run_sync(server.start)

        yield server.address, kill


BUSES = {"postgres": over_postgres, "redis": over_redis}


# Disturbances


async def the_bus_dies(desks: Crew, kill_bus: Bus, random: Random, times: int) -> None:
    for _ in range(times):
        await anyio.sleep(random.uniform(0.2, 1.2))
        await kill_bus()
    await anyio.sleep(1)


async def somebody_is_killed(desks: Crew, kill_bus: Bus, random: Random, times: int) -> None:
    for _ in range(times):
        await anyio.sleep(random.uniform(0.2, 1.0))
        member = random.choice(desks.members)
        await member.end(signal.SIGKILL)
        await member.start()


async def each_is_restarted_in_turn(desks: Crew, kill_bus: Bus, random: Random, times: int) -> None:
    """As a new version is rolled out."""
    for number in range(times):
        await anyio.sleep(random.uniform(0.2, 0.6))
        member = desks.members[number % len(desks.members)]
        await member.end(signal.SIGTERM)
        await member.start()


async def a_worker_freezes(desks: Crew, kill_bus: Bus, random: Random, times: int) -> None:
    """For longer than its leases, then goes on as if nothing had been."""
    for number in range(times):
        await anyio.sleep(random.uniform(0.2, 1.0))
        worker = desks.workers[number % 2]
        worker.tell(signal.SIGSTOP)
        await anyio.sleep(LEASE.total_seconds() + 2)
        worker.tell(signal.SIGCONT)


# Each with how many of the kills asked for come to one.
FAULTS = {
    "bus-of-postgres-dies": (partial(disturbed, bus="postgres", disturb=the_bus_dies), 2),
    "bus-of-redis-dies": (partial(disturbed, bus="redis", disturb=the_bus_dies), 2),
    "one-of-four-is-killed": (partial(disturbed, bus="postgres", disturb=somebody_is_killed), 2),
    "rolled-out-under-load": (partial(disturbed, bus="postgres", disturb=each_is_restarted_in_turn), 2),
    "worker-freezes": (partial(disturbed, bus="postgres", disturb=a_worker_freezes), 1),
}
