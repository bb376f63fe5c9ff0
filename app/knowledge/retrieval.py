"""What of the knowledge answers a question: by its words and by its meaning, both rankings made one."""

import asyncio
import logging
from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.knowledge import full_text
from app.knowledge.embedders.embedder import EmbedderFailed, chosen
from app.knowledge.meaning import readable, vectors_of
from app.knowledge.models import KnowledgeArticle, Passage

if TYPE_CHECKING:
    from app.knowledge.embedders.matrix import Matrix

log = logging.getLogger(__name__)

MOST, DEPTH = 12, 50  # passages that are given; that are looked at in each ranking
PATIENCE_SECONDS = 3.0  # with whatever embeds a question, while a customer waits
K = 60  # of reciprocal rank fusion, as its inventors have it


class By(StrEnum):
    """By what a passage was found."""

    WORDS = "words"
    MEANING = "meaning"  # of all of it
    SENTENCE = "sentence"  # of its title or one sentence


Rankings = dict[By, Sequence[int]]
Ways = Collection[By]
ALL = frozenset(By)


@dataclass(frozen=True)
class Found:
    """A passage that may answer. `score` orders these alone and decides nothing else; `by` is never empty."""

    passage_id: int
    article_id: int
    title: str
    heading: str
    text: str
    score: float
    by: tuple[By, ...]


async def search(
    session: AsyncSession, question: str, *, most: int = MOST, ways: Ways = ALL
) -> Sequence[Found]:
    """What of the published articles comes closest, the best first; [] only when nothing has anything of it.

    That something is found does not say that it answers: whoever reads it decides. Give it a session in which nothing
    was asked yet: the question may first go to a server that tells its meaning. `ways`: to measure some of them alone.
    """
    return await told(session, await rankings_of(session, question, max(most, DEPTH), ways), most)


async def rankings_of(session: AsyncSession, question: str, depth: int, ways: Ways) -> Rankings:
    """Each way's own ranking. What fails to tell the meaning leaves the words."""
    name, vector = await meaning_of(question) if ways != {By.WORDS} else ("", None)
    rankings: Rankings = {}
    if By.WORDS in ways:
        rankings[By.WORDS] = await full_text.ranked(session, question, depth)
    if vector is not None:
        from app.knowledge import vectors

        known = await vectors.known(session, name, len(vector))
        near = await vectors.nearest(known, vector, depth)
        rankings[By.MEANING] = near
        among = {*near, *rankings.get(By.WORDS, ())}
        rankings[By.SENTENCE] = await vectors.nearest_sentences(session, name, vector, among, depth)
    return {by: ranking for by, ranking in rankings.items() if by in ways}


async def meaning_of(question: str) -> "tuple[str, Matrix | None]":
    """The name of the embedder's vectors and the question's own; None when there is none."""
    embedder = chosen()
    if embedder is None:
        return "", None
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            name, vectors = await vectors_of(embedder, [readable(question)])
    except (EmbedderFailed, TimeoutError) as error:
        log.warning("a question was not embedded", extra={"fault": str(error) or type(error).__name__})
        return "", None
    return name, vectors[0]


async def told(session: AsyncSession, rankings: Rankings, most: int) -> Sequence[Found]:
    """The passages of these rankings, fused, the best first."""
    scores = fused(rankings)
    best = sorted(scores, key=lambda one: (-scores[one], one))[:most]
    wanted = (
        select(Passage.id, Passage.article_id, KnowledgeArticle.title, Passage.heading, Passage.text)
        .join(KnowledgeArticle, KnowledgeArticle.id == Passage.article_id)
        .where(Passage.id.in_(best))
    )
    rows = {row.id: row for row in await session.execute(wanted)}
    return [
        Found(*rows[one], scores[one], tuple(by for by, ranking in rankings.items() if one in ranking))
        for one in best
        if one in rows
    ]


def fused(rankings: Rankings) -> dict[int, float]:
    """Reciprocal rank fusion: what stands high in several rankings comes first, whatever each reckons in."""
    scores: dict[int, float] = defaultdict(float)
    for ranking in rankings.values():
        for place, passage_id in enumerate(ranking, start=1):
            scores[passage_id] += 1 / (K + place)
    return scores
