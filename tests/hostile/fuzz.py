"""Throws mutated webhooks and forms at the whole program: `python -m tests.hostile.fuzz --seed N --count N`.

Every signed webhook is answered 200 and is in the journal, no form is ever answered 5xx, nothing is logged as an error, and
at the end the program still answers. A failure names its seed and number; `--first NUMBER --count 1` plays it alone.
"""

import argparse
import asyncio
import logging
import os
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

import anyio
import httpx2

from tests.clocks import count
from tests.hostile.mutations import form, webhook_body

os.environ.setdefault("RECADO_ENV", "test")

from app.migrate import migrate
from app.settings import database_address
from app.whatsapp.models import JournalEntry
from tests.actors import Desk, running_desk
from tests.people import ANA

TOGETHER = 20  # webhooks in one go: what was committed together is told apart when something is wrong with it


@dataclass(eq=False)
class Heard(logging.Handler):
    """What the program logged: errors, and of what was set aside without being foreseen, the kinds."""

    errors: list[str] = field(default_factory=list)
    set_aside: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        super().__init__(logging.WARNING)

    def emit(self, record: logging.LogRecord) -> None:
        if record.levelno >= logging.ERROR:
            self.errors.append(self.format(record))
        elif record.getMessage() == "an item was set aside" and record.exc_info:
            self.set_aside[self.format(record)[-600:]] += 1


async def webhooks(desk: Desk, seed: int, first: int, many: int) -> None:
    """Raises AssertionError with the seed and the numbers of those that went wrong."""
    before = await count(JournalEntry)
    for start in range(first, first + many, TOGETHER):
        numbers = range(start, min(start + TOGETHER, first + many))
        answers: dict[int, int | str] = {}

        async def post(number: int, answers: dict[int, int | str] = answers) -> None:
            answers[number] = await desk.whatsapp.posts(webhook_body(seed, number))

        async with anyio.create_task_group() as together:
            for number in numbers:
                together.start_soon(post, number)
        wrong = {number: answer for number, answer in answers.items() if answer != 200}
        assert not wrong, f"seed {seed}: webhooks answered otherwise than 200: {wrong}"
    assert await count(JournalEntry) == before + many, f"seed {seed}: the journal has not each webhook once"


async def forms(desk: Desk, seed: int, first: int, many: int) -> Counter[int]:
    """What was answered how often. Raises AssertionError at the first 5xx."""
    answered: Counter[int] = Counter()
    for number in range(first, first + many):
        path, kind, body = form(seed, number)
        headers = {"X-CSRF-Token": desk.marta.token, "Content-Type": kind, "HX-Request": "true"}
        answer = await desk.marta.http.post(path, content=body, headers=headers)
        assert answer.status_code < 500, (
            f"seed {seed}: form {number} to {path} was answered {answer.status_code}"
        )
        answered[answer.status_code] += 1
    return answered


async def still_works(desk: Desk, heard: Heard, seed: int) -> None:
    """The program lives, each page that anybody looks at first is whole, and nothing was logged as an error."""
    async with httpx2.AsyncClient(base_url=desk.address, trust_env=False) as stranger:
        assert (await stranger.get("/healthz")).status_code == 200
        assert (await stranger.get("/readyz")).status_code == 200
    await desk.whatsapp.says(ANA, "Ainda aí?")
    rows = await desk.marta.rows()
    for path in ("/", "/settings", "/settings/journal", *(f"/c/{row.id}" for row in rows[:20])):
        page = await desk.marta.open(path)
        assert page.status_code == 200, f"seed {seed}: {path}"
        assert page.text.rstrip().endswith("</html>"), f"seed {seed}: {path}"
    assert heard.errors == [], f"seed {seed}: {heard.errors[0]}"


async def fuzz(desk: Desk, seed: int, first: int, many: int) -> str:
    """A sentence about the run. `many` webhooks and a fifth as many forms."""
    heard = Heard()
    logging.getLogger().addHandler(heard)
    try:
        await desk.whatsapp.says(ANA, "Oi")
        await webhooks(desk, seed, first, many)
        answered = await forms(desk, seed, first, many // 5)
        await still_works(desk, heard, seed)
    finally:
        logging.getLogger().removeHandler(heard)
    unforeseen = "".join(
        f"\n{times} x set aside unforeseen: {what}" for what, times in heard.set_aside.items()
    )
    return f"seed {seed}: {many} webhooks 200, forms {dict(answered)}{unforeseen}"


async def main(seed: int, first: int, many: int, database_url: str) -> None:
    with TemporaryDirectory() as folder:
        address = database_address(database_url or f"sqlite:///{Path(folder) / 'fuzz.db'}")
        await migrate(address)
        async with running_desk(address) as desk:
            print(await fuzz(desk, seed, first, many))


if __name__ == "__main__":
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--seed", type=int, default=1)
    asked.add_argument("--first", type=int, default=0)
    asked.add_argument("--count", type=int, default=10_000)
    asked.add_argument(
        "--database-url", default="", help="an empty database; without it a SQLite file that goes"
    )
    given = asked.parse_args()
    asyncio.run(main(given.seed, given.first, given.count, given.database_url))
