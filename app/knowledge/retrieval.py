"""What of the knowledge answers a question: by its words and by its meaning, both rankings made one."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.knowledge import full_text
from app.knowledge.models import KnowledgeArticle, Passage

MOST, DEPTH = 12, 50  # passages that are given; that are looked at in each ranking
K = 60  # of reciprocal rank fusion, as its inventors have it


class By(StrEnum):
    """By what a passage was found."""

    WORDS = "words"
    MEANING = "meaning"  # of all of it
    SENTENCE = "sentence"  # of its title or one sentence


Rankings = dict[By, Sequence[int]]


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


async def search(session: AsyncSession, question: str, *, most: int = MOST) -> Sequence[Found]:
    """What of the published articles comes closest, the best first; [] only when nothing has anything of it.

    That something is found does not say that it answers: whoever reads it decides. Give it a session in which nothing
    was asked yet: the question may first go to a server that tells its meaning.
    """
    rankings: Rankings = {By.WORDS: await full_text.ranked(session, question, max(most, DEPTH))}
    return await told(session, rankings, most)


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
