"""A small base of knowledge, all of it: Claude reads it whole, where it is cached, and nothing need be searched for."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.knowledge.models import KnowledgeArticle

THERE = KnowledgeArticle.removed_at.is_(None)
BYTES_OF_A_TOKEN = 2.5  # Portuguese has about 3.5; rather too few, for too much would not fit


@dataclass(frozen=True)
class Article:
    """One that Claude may read."""

    id: int
    title: str
    body: str


async def whole(
    session: AsyncSession, most_tokens: int, drafts: Collection[int] = ()
) -> Sequence[Article] | None:
    """All that Claude may read, the same until an article changes; [] when there is nothing. `drafts`: articles that count
    as published.

    None when it is larger than the limit, by a cautious estimate.
    """
    read = or_(KnowledgeArticle.is_published, KnowledgeArticle.id.in_(drafts))
    size = func.coalesce(func.sum(func.length(KnowledgeArticle.body)), 0)
    if is_more((await session.execute(select(size).where(read, THERE))).scalar_one(), most_tokens):
        return None
    articles = await articles_where(session, read)
    return None if is_more(size_of(articles), most_tokens) else articles


async def these(session: AsyncSession, article_ids: Collection[int]) -> Sequence[Article]:
    """Some articles alone, whole."""
    return await articles_where(session, KnowledgeArticle.id.in_(article_ids))


async def articles_where(session: AsyncSession, which: ColumnElement[bool]) -> Sequence[Article]:
    """In the order in which they were begun."""
    articles = select(KnowledgeArticle.id, KnowledgeArticle.title, KnowledgeArticle.body).where(which, THERE)
    return [Article(*row) for row in await session.execute(articles.order_by(KnowledgeArticle.id))]


def size_of(articles: Sequence[Article]) -> int:
    """In bytes."""
    return sum(len(f"{one.title}{one.body}".encode()) for one in articles)


def is_more(size: int, most_tokens: int) -> bool:
    return size > most_tokens * BYTES_OF_A_TOKEN
