"""Writing articles and asking for them, as the page and Claude do."""

import asyncio

from sqlalchemy import select

from app.db import reading, transaction
from app.knowledge import articles, embedding, retrieval, versions
from app.knowledge.articles import Wanted
from app.knowledge.models import KnowledgeArticle, Passage
from app.worker import Worker


async def know(title: str, body: str, *, is_published: bool = True) -> int:
    """The new article's id."""
    async with transaction() as session:
        return (await articles.create(session, Wanted(title, body, is_published), None)).id


async def found(question: str) -> list[str]:
    """The titles of what is found, the best first."""
    async with reading() as session:
        return [one.title for one in await retrieval.search(session, question)]


async def work() -> None:
    """A worker does what is due."""
    worker = Worker({versions.EMBED: embedding.embed})
    await worker.round()
    await asyncio.gather(*worker._under_way)


async def embedders() -> dict[str, str | None]:
    """By which embedder each article's first passage was read, by title."""
    of_first = select(KnowledgeArticle.title, Passage.embedder).join(
        Passage, Passage.article_id == KnowledgeArticle.id
    )
    async with reading() as session:
        rows = await session.execute(of_first.where(Passage.place == 0))
        return {row.title: row.embedder for row in rows}
