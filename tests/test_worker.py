"""The worker of the jobs: how it leaves, and when it tries again."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from functools import partial

import pytest
from sqlalchemy import update

from app import clock, jobs
from app.conversations.handoff import RESUME
from app.db import close_database, open_database, transaction
from app.jobs import Claim, Job
from app.live.stopping import stopping
from app.outbox.sender import Sender
from app.whatsapp.graph import Graph
from app.worker import Worker
from app.working import both
from tests.actors import within
from tests.clocks import count


@pytest.fixture
async def opened(database_url: str) -> AsyncIterator[None]:
    stopping.begin()
    open_database(database_url)
    yield
    await close_database()
    stopping.begin()


@pytest.mark.usefixtures("opened")
@pytest.mark.parametrize("by_signal", [True, False])
async def test_a_job_under_way_ends_before_the_doors_close_however_they_are_told(by_signal: bool) -> None:
    claims: list[Claim] = []
    may_end = asyncio.Event()

    async def work(claim: Claim) -> None:
        claims.append(claim)
        await may_end.wait()

    async with transaction() as session:
        await jobs.enqueue(session, RESUME, "1", run_at=clock.now())
    async with Graph(base_url="http://127.0.0.1:9", version="v25.0") as graph:
        sender = Sender(graph, lambda: "nobody's")  # it has nothing to do, and is gone at once
        leaving = asyncio.create_task(both(sender, Worker({RESUME: work})))
        await within(10, lambda: claims, what="the beginning of the job")
        if by_signal:
            stopping.set()
            await within(10, claims[0].leaving.is_set, what="the worker's leaving")
        leaving.cancel()  # by the doors that close
        await asyncio.wait({leaving}, timeout=0.1)
        assert not leaving.done()
        may_end.set()
        await asyncio.wait({leaving})
    assert await count(Job) == 0


@pytest.mark.usefixtures("opened")
@pytest.mark.parametrize(
    ("fault", "longest"), [(TimeoutError(), timedelta(seconds=5)), (ValueError(), timedelta(days=2))]
)
async def test_a_job_often_begun_before_is_tried_again_soon_when_only_the_database_was_out(
    fault: Exception, longest: timedelta
) -> None:
    failed: list[Claim] = []

    async def fail(claim: Claim) -> None:
        failed.append(claim)
        raise fault

    async with transaction() as session:
        await jobs.enqueue(session, RESUME, "1", run_at=clock.now())
        await session.execute(update(Job).values(tries=30))
    working = asyncio.create_task(Worker({RESUME: fail}).run())
    await within(10, lambda: failed, what="the try that fails")
    soonest = clock.now() + longest / 10
    put_back = partial(
        count, Job, Job.run_at.between(soonest, clock.now() + longest), Job.lease_token.is_(None)
    )
    await within(10, put_back, what="the next try's time")
    working.cancel()
    await asyncio.wait({working})
