"""How soon search finds something among many messages, beside a look-up of one message by its id in the same run."""

import os
import random
import time
from collections.abc import Awaitable, Callable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import chain
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.models import User
from app.contacts.models import Contact
from app.conversations.models import Conversation, Message
from app.conversations.ordering import COLUMNS, EMPTY, STORING
from app.conversations.thread import ONE
from app.db import close_database, made, open_database, reading, transaction
from app.db import database as opened_database
from app.migrate import migrate
from app.search import contact_text, message_text, messages, people
from app.search.question import Question, question_in
from app.whatsapp.models import Number
from tests.bench.figure import Figure, percentile
from tests.bench.served import database, engines

FEW, MANY = 10_000, int(os.environ.get("RECADO_BENCH_MESSAGES", "100000"))
CONVERSATIONS, WORDS, ROUNDS = 2_000, 30_000, 40
AT_MOST = {"sqlite": 20.0, "postgres": 50.0}  # milliseconds, p95 over all questions
GROWTH = 3.0
START = datetime(2024, 1, 1, tzinfo=UTC)
ZONE = ZoneInfo("America/Sao_Paulo")
READER = User(id=1, name="Marta", is_active=True, role="attendant")


async def measure() -> list[Figure]:
    os.environ["RECADO_ENV"] = "test"
    return [figure for engine in engines() for figure in await measured(engine)]


async def measured(engine: str) -> list[Figure]:
    with database(engine) as url:
        await migrate(url)
        open_database(url)
        try:
            await people_first()
            vocabulary = words()
            await write(vocabulary, range(FEW))
            few = await questions(vocabulary)
            await write(vocabulary, range(FEW, MANY))
            return figures(engine, few, await questions(vocabulary))
        finally:
            await close_database()


def figures(engine: str, few: dict[str, list[float]], many: dict[str, list[float]]) -> list[Figure]:
    looked_up = percentile(many.pop("looked up"), 0.5)
    few.pop("looked up")
    told = [
        Figure(f"{engine}: {name}, median", percentile(spans, 0.5), "ms", base=looked_up)
        for name, spans in many.items()
    ]
    every, before = [*chain(*many.values())], [*chain(*few.values())]
    p95, p95_before = percentile(every, 0.95), percentile(before, 0.95)
    told.append(
        Figure(f"{engine}: any question among {MANY:,} messages, p95", p95, "ms", limit=AT_MOST[engine])
    )
    told.append(
        Figure(f"{engine}: the same beside {FEW:,} messages, p95", p95, "ms", base=p95_before, limit=GROWTH)
    )
    return told


def words() -> list[str]:
    """Invented ones, the commonest first."""
    letters = random.Random(1)
    return ["".join(letters.choices("aeioumnrstlcdpbv", k=letters.randint(2, 9))) for _ in range(WORDS)]


async def people_first() -> None:
    async with transaction() as session:
        session.add(Number(id=1, phone_number_id="1", created_at=START))
        await session.flush()
        vocabulary = words()
        for place in range(1, CONVERSATIONS + 1):
            name, wa_id = f"{vocabulary[place].title()} {vocabulary[-place].title()}", f"55119{place:08}"
            found_by = contact_text.text_of((name,), (wa_id,))
            session.add(Contact(id=place, name=name, created_at=START, search_text=found_by))
        await session.flush()
        for place in range(1, CONVERSATIONS + 1):
            session.add(
                Conversation(
                    id=place, number_id=1, contact_id=place, mode="person", created_at=START,
                    last_activity_at=START, last_message_position=1,
                )
            )  # fmt: skip


async def write(vocabulary: list[str], numbers: range) -> None:
    """Messages of ten words, as often as words are in a language; two years of them, into all conversations."""
    chance = random.Random(numbers.start)
    weights = [1 / (place + 1) for place in range(len(vocabulary))]
    for start in range(numbers.start, numbers.stop, 1000):
        rows = []
        for number in range(start, min(start + 1000, numbers.stop)):
            said = " ".join(chance.choices(vocabulary, weights, k=10))
            row = dict(EMPTY) | {
                "conversation_id": number % CONVERSATIONS + 1, "number_id": 1, "position": number + 1,
                "direction": "in", "author": "contact", "type": "image" if number % 10 == 0 else "text", "body": said,
                "sent_at": START + timedelta(minutes=10 * number), "stored_at": START + timedelta(minutes=10 * number),
            }  # fmt: skip
            rows.append(row | {"search_text": message_text.text_of(made(Message, row))})
        async with transaction() as session:
            await STORING.write(session, [[row[name] for name in COLUMNS] for row in rows])
    async with opened_database().writer.connect() as connection:
        await connection.execute(text("ANALYZE"))
        await connection.commit()


async def questions(vocabulary: list[str]) -> dict[str, list[float]]:
    """How long each kind of question took, in milliseconds, each time with another word where there is one."""
    chance = random.Random(2)

    def asked(**fields: str) -> Callable[[AsyncSession], Awaitable[Any]]:
        return lambda session: messages.find(session, READER, question_in(fields), ZONE)

    def kinds() -> Iterator[tuple[str, Callable[[AsyncSession], Awaitable[Any]]]]:
        common, usual, rare = (
            vocabulary[chance.randrange(*rank)] for rank in ((0, 5), (100, 2000), (9000, 30_000))
        )
        yield "looked up", lambda session: session.execute(ONE, {"message": chance.randrange(FEW) + 1})
        yield "a rare word", asked(q=rare)
        yield "a usual word", asked(q=usual)
        yield "one of the five commonest words", asked(q=f"{common} ")
        yield "three words", asked(q=f"{common} {usual} {rare}")
        yield "the beginning of a word, two letters", asked(q=usual[:2])
        yield "one letter", asked(q=usual[0])
        yield (
            "a common word in photos of one month",
            asked(q=common, kind="photo", since="2024-03-01", until="2024-03-31"),
        )
        yield (
            "a common word in one conversation",
            lambda session: messages.find(session, READER, Question(common), ZONE, conversation_id=17),
        )
        yield "nothing at all", asked(q="qqqqqqqq")
        yield "a name", lambda session: people.find(session, READER, usual[:4])
        yield (
            "a part of a phone number",
            lambda session: people.find(session, READER, f"{chance.randrange(9999):04}"),
        )

    took: dict[str, list[float]] = {}
    for _ in range(ROUNDS):
        for name, ask in kinds():
            async with reading() as session:
                began = time.perf_counter()
                await ask(session)
                took.setdefault(name, []).append((time.perf_counter() - began) * 1000)
    return took
