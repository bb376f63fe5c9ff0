"""How soon the program is gone when told to stop with everybody listening, and back with a backlog after it was killed."""

import signal
import time
from contextlib import AsyncExitStack, ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import uuid4

import httpx2
from sqlalchemy import func, select

from app.accounts.models import User
from app.conversations import outgoing, replying
from app.conversations.access import conversation_for
from app.db import close_database, open_database, reading, transaction
from app.migrate import migrate
from app.outbox.delivery import DeliveryStatus
from app.outbox.models import Delivery
from app.settings import database_address
from tests.actors import within
from tests.bench.crowd import TOPICS, listeners, signed_in
from tests.bench.fanout import customer_writes, databases
from tests.bench.figure import Figure
from tests.bench.intake import customer
from tests.faults.processes import House, house

STREAMS, POLLS, BACKLOG = 200, 200, 1000
CUSTOMERS = 50  # twenty replies each: one customer alone may have 45 at once and then one each 6 s


async def measure() -> list[Figure]:
    figures = []
    with TemporaryDirectory() as folder, ExitStack() as stack:
        for engine, url in databases(Path(folder), stack).items():
            address = database_address(url)
            await migrate(address)
            figures += await measured(engine, address, Path(folder))
    return figures


async def measured(engine: str, url: str, folder: Path) -> list[Figure]:
    async with house(url, folder) as desk:
        tokens = await signed_in(url, STREAMS + POLLS)
        await desk.start(cold=True)
        async with httpx2.AsyncClient(base_url=desk.address, trust_env=False, timeout=60) as http:
            for number in range(CUSTOMERS):
                await customer_writes(http, customer(number))
        told = await stopped(desk, tokens)
        errors = sum("ERROR" in line for line in desk.log.read_text().splitlines())
        await queue_backlog(url)
        await desk.start(cold=True)
        await desk.kill()
        began = time.monotonic()
        await desk.start(cold=True)
        ready = time.monotonic() - began
        await within(120, lambda: is_drained(url), what="the end of the backlog")
        drained = time.monotonic() - began
    return [
        Figure(f"SIGTERM to gone, {STREAMS} streams and {POLLS} held polls, {engine}", told, "s", limit=10),
        Figure(f"error lines meanwhile, {engine}", errors, "lines", limit=0),
        Figure(f"SIGKILL to ready with {BACKLOG} queued, {engine}", ready, "s", limit=3),
        Figure(f"SIGKILL to all of them sent, {engine}", drained, "s", limit=30),
    ]


async def stopped(desk: House, tokens: list[str]) -> float:
    """Seconds from SIGTERM until the process is gone, while everybody listens."""
    async with AsyncExitStack() as stack:
        path = f"/live?c={await newest(desk, tokens[0])}&t={TOPICS}"
        held = path.replace("/live?", "/live/poll?w=25&")
        await stack.enter_async_context(listeners(desk.address, held, tokens[STREAMS:], heard=0))
        await stack.enter_async_context(listeners(desk.address, path, tokens[:STREAMS]))
        return await desk.end(signal.SIGTERM)


async def newest(desk: House, token: str) -> int:
    cookie = {"Cookie": f"recado={token}"}
    answer = await desk.http.get(f"{desk.address}/live/poll?w=0&c=0", headers=cookie)
    return int(answer.headers["x-live-cursor"])


async def queue_backlog(url: str) -> None:
    """A thousand answers of one attendant, written while nothing runs."""
    open_database(url)
    try:
        for place in range(1, CUSTOMERS + 1):
            async with transaction() as session:
                by = (await session.scalars(select(User).limit(1))).one()
                conversation = await conversation_for(session, by, place)
                for number in range(BACKLOG // CUSTOMERS):
                    await replying.reply(
                        session, conversation, by, outgoing.text(f"resposta {number}"), str(uuid4())
                    )
    finally:
        await close_database()


async def is_drained(url: str) -> bool:
    open_database(url)
    try:
        async with reading() as session:
            waiting = select(func.count()).where(Delivery.status == DeliveryStatus.QUEUED)
            return (await session.execute(waiting)).scalar_one() == 0
    finally:
        await close_database()
