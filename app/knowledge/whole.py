"""A small base of knowledge in one text, for the part of the prompt that is cached: then nothing need be searched for."""

from collections.abc import Collection, Iterable
from typing import Any

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.assistant.history import tagged
from app.knowledge.models import KnowledgeArticle

THERE = KnowledgeArticle.removed_at.is_(None)
BYTES_OF_A_TOKEN = 2.5  # Portuguese has about 3.5; rather too few, for too much would not fit


async def whole(session: AsyncSession, most_tokens: int, drafts: Collection[int] = ()) -> str | None:
    """All that Claude may read, the same bytes until an article changes; "" when there is nothing. `drafts`: articles that
    count as published.

    None when it is larger than the limit, by a cautious estimate.
    """
    read = or_(KnowledgeArticle.is_published, KnowledgeArticle.id.in_(drafts))
    size = func.coalesce(func.sum(func.length(KnowledgeArticle.body)), 0)
    if is_more((await session.execute(select(size).where(read, THERE))).scalar_one(), most_tokens):
        return None
    text = await together_where(session, read)
    return None if is_more(len(text.encode()), most_tokens) else text


async def these(session: AsyncSession, article_ids: Collection[int]) -> str:
    """Some articles alone, whole."""
    return await together_where(session, KnowledgeArticle.id.in_(article_ids))


async def together_where(session: AsyncSession, which: ColumnElement[bool]) -> str:
    articles = select(KnowledgeArticle.title, KnowledgeArticle.body).where(which, THERE)
    return together((await session.execute(articles.order_by(KnowledgeArticle.id))).all())


def is_more(size: int, most_tokens: int) -> bool:
    return size > most_tokens * BYTES_OF_A_TOKEN


def together(articles: Iterable[Any]) -> str:
    return "\n".join(tagged("artigo", f"{title}\n\n{body}") for title, body in articles)
