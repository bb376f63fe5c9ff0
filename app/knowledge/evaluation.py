"""How well questions find their passages: the program's own search over a base of its own, which is thrown away."""

import json
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated

from pydantic import BaseModel, Field, StringConstraints, ValidationError

from app.db import close_database, open_database, reading, transaction
from app.jobs import Claim
from app.knowledge import articles, embedding, retrieval, versions
from app.knowledge.articles import LONGEST_BODY, LONGEST_TITLE, Wanted
from app.knowledge.embedders.embedder import Embedder, choosing
from app.knowledge.retrieval import ALL, By, Ways
from app.migrate import migrate
from app.settings import database_address

FULL_TEXT, SEMANTIC, FUSION = "full text", "semantic", "fusion"
PLACES = (1, 3, 5)
MOST = 100  # passages of one answer: what comes later counts as not found
JOB = Claim(id=0, kind=versions.EMBED, key=versions.ALL, payload={}, wanted=1, tries=1, lease_token="")


class BrokenFile(Exception):
    """The file cannot be measured with; the message is a sentence for whoever wrote it."""


class Answer(BaseModel):
    id: str
    title: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=LONGEST_TITLE)]
    text: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=LONGEST_BODY)]


class Question(BaseModel):
    """`answer`: the id of the passage that answers it, None when none does."""

    q: str
    answer: str | None
    lang: str


class Questionnaire(BaseModel):
    passages: list[Answer] = Field(min_length=1)
    questions: list[Question]

    @property
    def asked(self) -> list[Question]:
        """Those that are measured: in Portuguese, and with an answer."""
        return [one for one in self.questions if one.lang == "pt" and one.answer is not None]


@dataclass(frozen=True)
class Measured:
    """`found`: the share of questions whose answer was among the first N, by N; `mrr`: the mean of 1/place, 0 where it
    was not found."""

    mode: str
    found: Mapping[int, float]
    mrr: float


def read(path: Path) -> Questionnaire:
    """Raises BrokenFile."""
    try:
        told = Questionnaire.model_validate(json.loads(path.read_bytes()))
    except OSError as error:
        raise BrokenFile(f"{path}: cannot be read: {error.strerror}.") from error
    except (ValueError, RecursionError) as error:
        raise BrokenFile(f"{path}: {fault_of(error)}") from error
    known = [one.id for one in told.passages]
    if twice := next((one for one in known if known.count(one) > 1), None):
        raise BrokenFile(f'{path}: two passages have the id "{twice}".')
    for place, one in enumerate(told.questions):
        if one.answer is not None and one.answer not in known:
            raise BrokenFile(f'{path}: questions[{place}]: its answer "{one.answer}" names no passage.')
    if not told.asked:
        raise BrokenFile(f'{path}: no question has "lang": "pt" and an answer.')
    return told


def fault_of(error: Exception) -> str:
    if isinstance(error, ValidationError):
        first = error.errors()[0]
        where = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in first["loc"])
        return f"{where.removeprefix('.') or 'the whole'}: {first['msg']}."
    return f"is no JSON: {error}."


async def measure(told: Questionnaire, embedder: Embedder | None) -> list[Measured]:
    """Each mode over all questions. Raises EmbedderFailed."""
    modes: dict[str, Ways] = {FULL_TEXT: {By.WORDS}}
    if embedder is not None:
        modes |= {SEMANTIC: ALL - {By.WORDS}, FUSION: ALL}
    async with base_of_its_own(), choosing(embedder):
        answers = await know(told.passages)
        await embedding.embed(JOB)
        return [await measured(mode, ways, told.asked, answers) for mode, ways in modes.items()]


@asynccontextmanager
async def base_of_its_own() -> AsyncIterator[None]:
    async with AsyncExitStack() as stack:
        folder = stack.enter_context(TemporaryDirectory(ignore_cleanup_errors=True))
        address = database_address(f"sqlite:///{Path(folder) / 'evaluation.db'}")
        await migrate(address)
        open_database(address)
        stack.push_async_callback(close_database)
        yield


async def know(passages: Sequence[Answer]) -> dict[str, int]:
    """Each passage becomes an article; the article's id by the passage's."""
    async with transaction() as session:
        return {
            one.id: (await articles.create(session, Wanted(one.title, one.text), None)).id for one in passages
        }


async def measured(
    mode: str, ways: Ways, questions: Sequence[Question], answers: Mapping[str, int]
) -> Measured:
    places = [await place_of(answers[one.answer or ""], one.q, ways) for one in questions]
    return Measured(
        mode,
        {most: sum(place <= most for place in places) / len(places) for most in PLACES},
        sum(1 / place for place in places) / len(places),
    )


async def place_of(article_id: int, question: str, ways: Ways) -> float:
    """Where the article stands among those that are found, from 1; infinity when it is not there."""
    async with reading() as session:
        found = await retrieval.search(session, question, most=MOST, ways=ways)
    order = list(dict.fromkeys(one.article_id for one in found))
    return order.index(article_id) + 1 if article_id in order else float("inf")


def table(told: Questionnaire, figures: Sequence[Measured]) -> str:
    head = f"{len(told.asked)} questions, {len(told.passages)} passages"
    names = "".join(f"{name:>7}" for name in (*(f"R@{most}" for most in PLACES), "MRR"))
    lines = [
        f"{one.mode:<12}" + "".join(f"{value:7.3f}" for value in (*one.found.values(), one.mrr))
        for one in figures
    ]
    return "\n".join([head, f"{'':<12}{names}", *lines])
