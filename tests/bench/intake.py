"""How many webhooks a second one core takes, beside the same server's doors that store nothing, or one by one."""

import itertools
import json
import os
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from app.migrate import migrate
from app.settings import database_address
from app.simulator.serve import listening
from app.whatsapp.signature import sign
from tests.actors import APP_SECRET, VERIFY_TOKEN
from tests.bench.arrival import process
from tests.bench.figure import Figure, percentile
from tests.bench.load import Load, request_of, run
from tests.people import Customer
from tests.whatsapp.bodies import written

LINES, SECONDS = 64, 4.0
CUSTOMERS = 200
FULL, PARSED, NAIVE = "/webhooks/whatsapp", "/bench/parsed", "/bench/naive"


async def measure() -> list[Figure]:
    async with server() as address:
        bodies = webhooks()
        await run(address, posts(FULL, bodies), lines=LINES, seconds=2)  # every customer is known afterwards
        rates: dict[str, list[float]] = {FULL: [], PARSED: [], NAIVE: []}
        for _ in range(3):
            for path, of_path in rates.items():
                load = await run(address, posts(path, bodies), lines=LINES, seconds=SECONDS)
                of_path.append(load.rate)
        full, parsed, naive = (sorted(rates[path])[1] for path in (FULL, PARSED, NAIVE))
        calm = await run(address, posts(FULL, bodies), lines=LINES, seconds=8, rate=0.6 * full)
    return [
        Figure("webhooks stored, beside read and parsed alone", full, "a second", parsed, at_least=0.7),
        Figure("webhooks stored, beside one transaction each", full, "a second", naive, at_least=12),
        Figure(
            "webhook answered at 60 % of the highest rate, p99", milliseconds(calm, 0.99), "ms", limit=100
        ),
        Figure(
            "webhook answered at 60 % of the highest rate, slowest", milliseconds(calm, 1), "ms", limit=1000
        ),
    ]


def milliseconds(load: Load, share: float) -> float:
    return percentile(load.spans, share) * 1000


def webhooks() -> Iterator[bytes]:
    """Customers' messages of about 800 bytes, each another one."""
    for number in itertools.count():
        who = number % CUSTOMERS
        sender = Customer(f"Cliente {who}", wa_id=f"55119000{who:05}", bsuid=f"BR.10000000{who:05}")
        yield json.dumps(written(f"wamid.intake{number}", f"bench {number} {'é' * 80}", sender)).encode()


def posts(path: str, bodies: Iterator[bytes]) -> Iterator[bytes]:
    return (request_of(path, body, sign(APP_SECRET, body)) for body in bodies)


@asynccontextmanager
async def server() -> AsyncIterator[str]:
    """The program on one core, us on the others."""
    with listening() as free:
        port = free.getsockname()[1]
    with TemporaryDirectory() as folder:
        url = f"sqlite:///{Path(folder) / 'recado.db'}"
        await migrate(database_address(url))
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
        uvicorn = ["-m", "uvicorn", "tests.bench.doors:app", "--port", str(port), "--no-access-log"]
        cores = sorted(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else []
        try:
            if len(cores) > 1:
                os.sched_setaffinity(0, cores[:1])  # the child inherits it
            async with process(uvicorn, environment, port, "/healthz"):
                if len(cores) > 1:
                    os.sched_setaffinity(0, cores[1:])
                yield f"http://127.0.0.1:{port}"
        finally:
            if len(cores) > 1:
                os.sched_setaffinity(0, cores)
