"""One event to a thousand attendants' open streams, beside a bare loop that writes the same bytes to the same connections."""

import json
import os
from collections.abc import AsyncIterator
from contextlib import ExitStack, asynccontextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import httpx2

from app.migrate import migrate
from app.settings import database_address
from app.simulator.serve import listening
from app.whatsapp.signature import sign
from tests.actors import APP_SECRET, VERIFY_TOKEN
from tests.bench.arrival import process
from tests.bench.crowd import TOPICS, Listener, everybody_has, listeners, signed_in
from tests.bench.figure import Figure, middle
from tests.people import ANA, Customer
from tests.postgres import one_database, running_postgres
from tests.whatsapp.bodies import written

STREAMS, ROUNDS, WARM_UP = 1000, 20, 3
LARGEST_STREAM_KB = 46


async def measure() -> list[Figure]:
    figures = []
    with TemporaryDirectory() as folder, ExitStack() as stack:
        for engine, url in databases(Path(folder), stack).items():
            await migrate(database_address(url))
            figures += await measured(engine, url)
    return figures


def databases(folder: Path, stack: ExitStack) -> dict[str, str]:
    """An empty database of each engine that is to be had, by the engine's name."""
    found = {"SQLite": f"sqlite:///{folder}/recado.db"}
    if programs := os.environ.get("RECADO_POSTGRES_BIN"):
        found["Postgres"] = stack.enter_context(
            one_database(stack.enter_context(running_postgres(Path(programs))).address)
        )
    return found


async def measured(engine: str, url: str) -> list[Figure]:
    tokens = await signed_in(database_address(url), STREAMS)
    async with (
        server(url) as (address, pid),
        httpx2.AsyncClient(base_url=address, trust_env=False, timeout=60) as http,
    ):
        await customer_writes(http)
        path = f"/live?c={await cursor(http, tokens[0])}&t={TOPICS}"
        async with listeners(address, path, tokens[:20]) as few:
            await until_all(http, few, "/bench/event", b"")
        path = f"/live?c={await cursor(http, tokens[0])}&t={TOPICS}"
        before = resident_kb(pid)
        async with listeners(address, path, tokens) as crowd:
            per_stream = (resident_kb(pid) - before) / STREAMS
            spans = [await both(http, crowd) for _ in range(WARM_UP + ROUNDS)][WARM_UP:]
    ours, bare = (middle([span[which] for span in spans]) for which in (0, 1))
    return [
        Figure(f"one event to {STREAMS} streams, {engine}", ours, "ms", bare, limit=1.5),
        Figure(f"memory of an open stream, {engine}", per_stream, "KB", limit=LARGEST_STREAM_KB),
    ]


async def both(http: httpx2.AsyncClient, crowd: list[Listener]) -> tuple[float, float]:
    """Milliseconds until everybody has an event of ours, and the same bytes from a bare loop."""
    ours = await until_all(http, crowd, "/bench/event", b"")
    chunk = crowd[-1].last
    return ours, await until_all(http, crowd, "/bench/bare", chunk.partition(b"\r\n")[2][:-2])


async def until_all(http: httpx2.AsyncClient, crowd: list[Listener], door: str, body: bytes) -> float:
    for listener in crowd:
        listener.frames = 0
    answer = await http.post(door, content=body)
    return (await everybody_has(crowd, 1) - float(answer.text)) * 1000


async def customer_writes(http: httpx2.AsyncClient, sender: Customer = ANA) -> None:
    body = json.dumps(written(f"wamid.fanout{sender.wa_id}", f"bench {'é' * 80}", sender)).encode()
    signature = {"X-Hub-Signature-256": sign(APP_SECRET, body)}
    assert (await http.post("/webhooks/whatsapp", content=body, headers=signature)).status_code == 200


async def cursor(http: httpx2.AsyncClient, token: str) -> int:
    answer = await http.get("/live/poll?w=0&c=0", headers={"Cookie": f"recado={token}"})
    return int(answer.headers["x-live-cursor"])


def resident_kb(pid: int) -> int:
    status = Path(f"/proc/{pid}/status").read_text()
    return int(status.partition("VmRSS:")[2].split()[0])


@asynccontextmanager
async def server(url: str) -> AsyncIterator[tuple[str, int]]:
    """The program on one core, us on the others; its address and its process."""
    with listening() as free:
        port = free.getsockname()[1]
    environment = os.environ | {
        "RECADO_ENV": "test",
        "DATABASE_URL": url,
        "SECRET_KEY": "b" * 40,
        "WHATSAPP_APP_SECRET": APP_SECRET,
        "WHATSAPP_VERIFY_TOKEN": VERIFY_TOKEN,
        "WHATSAPP_API_URL": "http://127.0.0.1:9",
        "WHATSAPP_PHONE_NUMBER_ID": "100000000000001",
        "CLAUDE_ENABLED": "false",
    }
    cores = sorted(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else []
    try:
        if len(cores) > 1:
            os.sched_setaffinity(0, cores[:1])  # the child inherits it
        async with process(
            ["-m", "tests.bench.fanout_doors", str(port)], environment, port, "/healthz"
        ) as child:
            if len(cores) > 1:
                os.sched_setaffinity(0, cores[1:])
            yield f"http://127.0.0.1:{port}", child.pid
    finally:
        if len(cores) > 1:
            os.sched_setaffinity(0, cores)
