"""Writing articles and asking for them, as the page and Claude do."""

from app.db import reading, transaction
from app.knowledge import articles, retrieval
from app.knowledge.articles import Wanted


async def know(title: str, body: str, *, is_published: bool = True) -> int:
    """The new article's id."""
    async with transaction() as session:
        return (await articles.create(session, Wanted(title, body, is_published), None)).id


async def found(question: str) -> list[str]:
    """The titles of what is found, the best first."""
    async with reading() as session:
        return [one.title for one in await retrieval.search(session, question)]
