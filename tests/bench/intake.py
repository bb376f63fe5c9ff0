"""How many webhooks a second one core takes, beside the same server's doors that store nothing, or one by one."""

import itertools
import json
from collections.abc import Iterator

from app.whatsapp.signature import sign
from tests.actors import APP_SECRET
from tests.bench.figure import Figure, percentile
from tests.bench.load import Load, request_of, run
from tests.bench.served import Served, engines, server
from tests.people import Customer
from tests.whatsapp.bodies import change, status, webhook, written

LINES, SECONDS = 64, 4.0
CUSTOMERS = 200
FULL, PARSED, BARE, NAIVE = "/webhooks/whatsapp", "/bench/parsed", "/bench/bare", "/bench/naive"
BATCHES_A_SECOND = 400  # of ten updates each
PROMISED = {
    "sqlite": (0.7, 12.0),
    "postgres": (0.45, 6.0),
}  # of a door without storing, of one transaction each


async def measure() -> list[Figure]:
    figures = []
    for engine in engines():
        async with server(engine) as served:
            figures += await measured_at(served, engine)
    return figures


async def measured_at(served: Served, engine: str) -> list[Figure]:
    bodies, address = webhooks(), served.address
    await run(address, posts(FULL, bodies), lines=LINES, seconds=2)  # every customer is known afterwards
    rates: dict[str, list[float]] = {FULL: [], PARSED: [], BARE: [], NAIVE: []}
    used: dict[str, list[float]] = {path: [] for path in rates}
    for _ in range(3):
        for path, of_path in rates.items():
            before = served.processor_seconds
            load = await run(address, posts(path, bodies), lines=LINES, seconds=SECONDS)
            of_path.append(load.rate)
            used[path].append((served.processor_seconds - before) / len(load.spans) * 1000)
    full, parsed, bare, naive = (sorted(rates[path])[1] for path in (FULL, PARSED, BARE, NAIVE))
    calm = await run(address, posts(FULL, bodies), lines=LINES, seconds=8, rate=0.6 * full)
    work, work_parsed, work_bare = (sorted(used[path])[1] for path in (FULL, PARSED, BARE))
    batches = tens(bodies)
    tenfold = await run(address, posts(FULL, batches), lines=LINES, seconds=8, rate=BATCHES_A_SECOND)
    promised = PROMISED[engine]
    return [
        Figure(f"{engine}: stored, beside a usual door without storing", full, "a second", parsed, at_least=promised[0]),
        Figure(f"{engine}: stored, beside the same door without storing", full, "a second", bare),
        Figure(f"{engine}: stored, beside one transaction each", full, "a second", naive, at_least=promised[1]),
        Figure(f"{engine}: processor time of one stored, beside a usual door", work, "ms", work_parsed),
        Figure(f"{engine}: processor time of one stored, beside the same door", work, "ms", work_bare),
        Figure(f"{engine}: answered at 60 % of the highest rate, p99", milliseconds(calm, 0.99), "ms", limit=100),
        Figure(f"{engine}: answered at 60 % of the highest rate, slowest", milliseconds(calm, 1), "ms", limit=1000),
        Figure(f"{engine}: updates in tens, stored", tenfold.rate * 10, "a second", at_least=3960),
        Figure(f"{engine}: updates in tens, p99", milliseconds(tenfold, 0.99), "ms", limit=250),
    ]  # fmt: skip


def milliseconds(load: Load, share: float) -> float:
    return percentile(load.spans, share) * 1000


def webhooks(kind: str = "intake") -> Iterator[bytes]:
    """Customers' messages of about 800 bytes, each another one."""
    for number in itertools.count():
        yield json.dumps(
            written(f"wamid.{kind}{number}", f"bench {number} {'é' * 80}", customer(number))
        ).encode()


def tens(bodies: Iterator[bytes]) -> Iterator[bytes]:
    """Ten updates in each, one in two a status of something that we never sent."""
    for number in itertools.count():
        values = [json.loads(next(bodies))["entry"][0]["changes"][0]["value"] for _ in range(5)]
        messages = [message for value in values for message in value["messages"]]
        contacts = [one for value in values for one in value["contacts"]]
        reports = [status(f"wamid.sent{number}-{place}", "delivered") for place in range(5)]
        yield json.dumps(webhook(change(*messages, contacts=contacts, statuses=reports))).encode()


def customer(number: int) -> Customer:
    who = number % CUSTOMERS
    return Customer(f"Cliente {who}", wa_id=f"55119000{who:05}", bsuid=f"BR.10000000{who:05}")


def posts(path: str, bodies: Iterator[bytes]) -> Iterator[bytes]:
    return (request_of(path, body, sign(APP_SECRET, body)) for body in bodies)
