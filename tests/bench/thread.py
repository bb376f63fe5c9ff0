"""How soon a long conversation opens, beside a short one of the same kinds of message in the same run."""

import os
import time
from itertools import cycle, islice

from app.migrate import migrate
from tests.actors import Desk, running_desk, within
from tests.bench.figure import Figure, middle
from tests.bench.served import database, engines
from tests.people import ANA, BRUNO, Customer

SHORT, LONG, ROUNDS = 50, 2000, 40
KINDS = ("text", "image", "text", "location", "audio", "text", "contacts", "document", "order", "unsupported")


async def measure() -> list[Figure]:
    os.environ["RECADO_ENV"] = "test"
    return [await measured(engine) for engine in engines()]


async def measured(engine: str) -> Figure:
    with database(engine) as url:
        await migrate(url)
        async with running_desk(url) as desk:
            short, long = await written(desk, BRUNO, SHORT), await written(desk, ANA, LONG)
            took: dict[int, list[float]] = {short: [], long: []}
            for place in range(2 * ROUNDS + 2):
                conversation = (short, long)[place % 2]
                began = time.perf_counter()
                page = (await desk.marta.open(f"/c/{conversation}")).text
                took[conversation].append((time.perf_counter() - began) * 1000)
                assert page.count("data-message=") == SHORT
    of_short, of_long = (middle(took[conversation][1:]) for conversation in (short, long))
    name = f"opening a thread of {LONG:,} mixed messages beside one of {SHORT}, {engine}"
    return Figure(name, of_long, "ms", base=of_short, limit=1.3)


async def written(desk: Desk, customer: Customer, how_many: int) -> int:
    """The conversation in which this customer has written so many messages of every kind, and all of it was read."""
    await desk.whatsapp.meet(customer)
    for number, kind in enumerate(islice(cycle(KINDS), how_many)):
        said = {"text": f"bench {number}"} if kind == "text" else {}
        await desk.whatsapp.control(
            "POST", "/messages", customer=customer.name, type=kind, timeout=10, **said
        )
    conversation = await desk.marta.conversation_with(customer.name)
    await desk.marta.reply(conversation, "lido até aqui")

    async def is_read() -> bool:
        page = (await desk.marta.open(f"/c/{conversation}")).text
        return page.count("data-message=") == SHORT and 'data-media="waiting"' not in page

    await within(300, is_read, what="a thread without anything unread")
    return conversation
