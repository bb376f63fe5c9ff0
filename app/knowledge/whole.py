"""A small base of knowledge in one text, for the part of the prompt that is cached: then nothing need be searched for."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.assistant.history import tagged
from app.knowledge.models import KnowledgeArticle

BYTES_OF_A_TOKEN = 2.5  # Portuguese has about 3.5; rather too few, for too much would not fit


async def whole(session: AsyncSession, most_tokens: int) -> str | None:
    """All that Claude may read, the same bytes until an article changes; "" when there is nothing.

    None when it is larger than the limit, by a cautious estimate.
    """
    published = (KnowledgeArticle.is_published, KnowledgeArticle.removed_at.is_(None))
    size = func.coalesce(func.sum(func.length(KnowledgeArticle.body)), 0)
    if is_more((await session.execute(select(size).where(*published))).scalar_one(), most_tokens):
        return None
    articles = select(KnowledgeArticle.title, KnowledgeArticle.body).where(*published)
    text = together((await session.execute(articles.order_by(KnowledgeArticle.id))).all())
    return None if is_more(len(text.encode()), most_tokens) else text


def is_more(size: int, most_tokens: int) -> bool:
    return size > most_tokens * BYTES_OF_A_TOKEN


def together(articles: Iterable[Any]) -> str:
    return "\n".join(tagged("artigo", f"{title}\n\n{body}") for title, body in articles)
