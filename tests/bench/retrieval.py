"""How soon a question finds its passages among many, on both engines: by words, and by words and meaning, with the
embedding of the question counted in and also told apart. No question is asked twice.

The passages' vectors are thrown dice, for making 20,000 real ones takes minutes; comparing them takes as long.
"""

import os
import random
import time
from collections.abc import Awaitable, Callable, Sequence

from sqlalchemy import insert, text

from app import clock
from app.db import close_database, open_database, reading, table_of, transaction
from app.db import database as opened_database
from app.knowledge import retrieval, versions
from app.knowledge.embedders.embedder import choosing
from app.knowledge.embedders.sentence_encoder import SentenceEncoder
from app.knowledge.models import KnowledgeArticle, Passage
from app.knowledge.retrieval import By
from app.knowledge.stems import stems
from app.migrate import migrate
from tests.bench.figure import Figure, percentile
from tests.bench.served import database, engines

MANY = int(os.environ.get("RECADO_BENCH_PASSAGES", "20000"))
IN_ONE_ARTICLE, WORDS_OF_ONE, SENTENCES, DIMENSION = 10, 80, 5, 512
VOCABULARY, ROUNDS, AT_MOST = 20_000, 200, 30.0  # milliseconds, p95
NAME = f"{SentenceEncoder.model} {DIMENSION}"


async def measure() -> list[Figure]:
    os.environ["RECADO_ENV"] = "test"
    return [figure for engine in engines() for figure in await measured(engine)]


async def measured(engine: str) -> list[Figure]:
    encoder = SentenceEncoder()
    with database(engine) as url:
        await migrate(url)
        open_database(url)
        try:
            async with choosing(encoder):
                vocabulary = words()
                await write(vocabulary)
                alone, by_words, by_both, one = (questions(vocabulary, seed) for seed in range(2, 6))
                await find(one[0])  # loads the model and the vectors
                return [
                    *await figures(
                        f"{engine}: embedding the question", alone, lambda one: encoder.embed([one])
                    ),
                    *await figures(f"{engine}: by words", by_words, lambda one: find(one, {By.WORDS})),
                    *await figures(f"{engine}: by words and meaning", by_both, find, AT_MOST),
                    await reading_again(engine, one[1]),
                ]
        finally:
            await close_database()


async def figures(
    name: str, asked: Sequence[str], ask: Callable[[str], Awaitable[object]], limit: float | None = None
) -> list[Figure]:
    took = []
    for one in asked:
        began = time.perf_counter()
        await ask(one)
        took.append((time.perf_counter() - began) * 1000)
    return [
        Figure(f"{name}, {MANY:,} passages, median", percentile(took, 0.5), "ms"),
        Figure(f"{name}, {MANY:,} passages, p95", percentile(took, 0.95), "ms", limit=limit),
    ]


async def reading_again(engine: str, question: str) -> Figure:
    """The first question after a change."""
    async with transaction() as session:
        versions.raise_with(session)
    began = time.perf_counter()
    await find(question)
    return Figure(f"{engine}: the first question after a change", (time.perf_counter() - began) * 1000, "ms")


async def find(question: str, ways: retrieval.Ways = retrieval.ALL) -> object:
    async with reading() as session:
        return await retrieval.search(session, question, ways=ways)


def words() -> list[str]:
    """Invented ones, the commonest first."""
    letters = random.Random(1)
    return ["".join(letters.choices("aeioumnrstlcdpbv", k=letters.randint(3, 9))) for _ in range(VOCABULARY)]


def questions(vocabulary: Sequence[str], seed: int) -> list[str]:
    """Of eight words, as often as words are in a language: most of them stand in thousands of passages."""
    chance, weights = random.Random(seed), frequencies(vocabulary)
    return [" ".join(chance.choices(vocabulary, weights, k=8)) + "?" for _ in range(ROUNDS)]


def frequencies(vocabulary: Sequence[str]) -> list[float]:
    return [1 / (place + 10) for place in range(len(vocabulary))]


async def write(vocabulary: Sequence[str]) -> None:
    import numpy as np  # after the program has said with how many threads

    chance, weights, dice = random.Random(3), frequencies(vocabulary), np.random.default_rng(4)
    for start in range(0, MANY, 1000):
        async with transaction() as session:
            for number in range(start, min(start + 1000, MANY), IN_ONE_ARTICLE):
                article = KnowledgeArticle(
                    id=number // IN_ONE_ARTICLE + 1, title=" ".join(chance.choices(vocabulary, weights, k=4)), body="-",
                    source="written", is_published=True, created_at=clock.now(), changed_at=clock.now(),
                )  # fmt: skip
                session.add(article)
                await session.flush()
                said = [
                    " ".join(chance.choices(vocabulary, weights, k=WORDS_OF_ONE))
                    for _ in range(IN_ONE_ARTICLE)
                ]
                drawn = dice.standard_normal((IN_ONE_ARTICLE, SENTENCES + 2, DIMENSION), dtype=np.float32)
                drawn /= np.linalg.norm(drawn, axis=2, keepdims=True)
                rows = [
                    {
                        "article_id": article.id, "place": place, "heading": "", "text": one,
                        "stems": " ".join(stems(article.title, one)), "embedder": NAME,
                        "vector": drawn[place, 0].tobytes(), "parts": drawn[place, 1:].tobytes(),
                    }
                    for place, one in enumerate(said)
                ]  # fmt: skip
                await session.execute(insert(table_of(Passage)), rows)
            versions.raise_with(session)
    async with opened_database().writer.connect() as connection:
        await connection.execute(text("ANALYZE"))  # on Postgres autovacuum does both, but when it likes
        await connection.commit()
    if not opened_database().is_sqlite:
        async with opened_database().writer.connect() as connection:
            outside = await connection.execution_options(isolation_level="AUTOCOMMIT")
            await outside.execute(text("VACUUM"))
