"""The bus between processes, on a real Postgres and a real Redis: whoever rings wakes the others, also after it broke."""

import os
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import anyio
import psycopg
import pytest
from sqlalchemy.engine import make_url

from app.live.bell import Bell
from app.live.bus import Bus, line_of
from tests.actors import within
from tests.conftest import missing
from tests.redis import RedisServer, running_redis

HEARING_SECONDS = 15


@dataclass
class Process:
    """One that listens: how often each bell of it was woken by others."""

    bus: Bus
    woken: dict[str, int] = field(default_factory=lambda: {"live": 0, "jobs": 0})

    def hears(self, name: str) -> None:
        self.woken[name] += 1


Kill = Callable[[], Awaitable[None]]


@dataclass
class Wire:
    """A bus's address, and what makes it die. `revive` is for one that does not come back by itself."""

    address: str
    kill: Kill
    revive: Kill


@pytest.fixture
def redis() -> Iterator[RedisServer]:
    program = os.environ.get("RECADO_REDIS_BIN")
    if not program:
        missing("Redis server")
    with running_redis(Path(str(program))) as server:
        yield server


async def nothing() -> None:
    """It comes back by itself."""


@pytest.fixture(
    params=[
        pytest.param("postgres", marks=pytest.mark.postgres),
        pytest.param("redis", marks=pytest.mark.redis),
    ]
)
def wire(request: pytest.FixtureRequest) -> Wire:
    if request.param == "postgres":
        url = make_url(request.getfixturevalue("postgres_url")).set(drivername="postgresql")
        address = url.render_as_string(hide_password=False)

        async def cut() -> None:
            async with await psycopg.AsyncConnection.connect(address, autocommit=True) as connection:
                await connection.execute(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'recado bus'"
                    " AND datname = current_database()"
                )

        return Wire(address, cut, nothing)
    server: RedisServer = request.getfixturevalue("redis")

    async def kill() -> None:
        server.kill()

    async def revive() -> None:
        await anyio.to_thread.run_sync(server.start)

    return Wire(server.address, kill, revive)


@asynccontextmanager
async def listening(wire: Wire, *, processes: int) -> AsyncIterator[list[Process]]:
    """Once all of them listen; each is woken once by that, since it may have missed something before."""
    async with AsyncExitStack() as stack:
        made = []
        for _ in range(processes):
            line = line_of(wire.address)
            assert line is not None
            process = Process(Bus(line, {}))
            process.bus.hears = {name: partial(process.hears, name) for name in process.woken}
            await stack.enter_async_context(process.bus.open())
            made.append(process)
        await heard_again(made, [0] * processes)
        yield made


async def heard_again(processes: list[Process], before: list[int]) -> None:
    """Until every one of them has been woken more often than `before`."""

    def all_woken() -> bool:
        return all(one.woken["live"] > was for one, was in zip(processes, before, strict=True))

    await within(HEARING_SECONDS, all_woken, what="hearing the bell")


def times(processes: list[Process]) -> list[int]:
    return [process.woken["live"] for process in processes]


async def test_a_ring_in_one_process_wakes_the_others_and_only_that_bell(wire: Wire) -> None:
    async with listening(wire, processes=3) as (first, *others):
        jobs_before, own_before = [one.woken["jobs"] for one in others], dict(first.woken)
        before = times(others)
        first.bus._carry("live")  # what a named bell of that process does
        await heard_again(others, before)
        assert [one.woken["jobs"] for one in others] == jobs_before
        assert first.woken == own_before


async def test_a_named_bell_is_carried_and_a_nameless_one_is_not(wire: Wire) -> None:
    async with listening(wire, processes=2) as both:
        before = times(both)
        Bell().ring()
        Bell("nobody-knows-it").ring()
        assert times(both) == before
        Bell("live").ring()  # in this test all processes live in one, so all of them carry it
        await heard_again(both, before)


async def test_after_the_bus_died_everybody_looks_and_hears_again(wire: Wire) -> None:
    async with listening(wire, processes=2) as (first, second):
        for _ in range(3):
            before = times([second])
            await wire.kill()
            first.bus._carry("live")  # rung while nobody can hear it
            await wire.revive()
            await heard_again([second], before)
            before = times([second])
            first.bus._carry("live")
            await heard_again([second], before)


async def test_many_rings_are_carried_together(wire: Wire) -> None:
    async with listening(wire, processes=2) as (first, second):
        before = times([second])[0]
        for _ in range(1000):
            first.bus._carry("live")
        await heard_again([second], [before])
        assert times([second])[0] - before < 10


async def test_what_rang_last_is_still_said_when_a_process_leaves(wire: Wire) -> None:
    async with listening(wire, processes=1) as others:
        before = times(others)
        line = line_of(wire.address)
        assert line is not None
        async with Bus(line, {"live": lambda: None}).open():
            Bell("live").ring()
        await heard_again(others, before)


async def test_a_process_alone_has_no_bus() -> None:
    assert line_of("") is None
