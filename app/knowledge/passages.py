"""How an article is divided into passages: by heading, then by paragraphs, 60 to 120 words each."""

import re
from collections.abc import Iterator

from sqlalchemy import delete
from sqlalchemy.ext.asyncio import AsyncSession

from app.knowledge.models import KnowledgeArticle, Passage
from app.search.words import kept, words_in

HEADING = re.compile(r"^#{1,6}\s+(.*?)\s*#*\s*$", re.MULTILINE)
ENOUGH, MOST = 60, 120  # words


async def divide(session: AsyncSession, article: KnowledgeArticle) -> None:
    """Put the passages of an article in place of those it had."""
    await session.execute(delete(Passage).where(Passage.article_id == article.id))
    for place, (heading, text) in enumerate(passages_of(article.body)):
        stems = kept(words_in(article.title, heading, text))
        session.add(
            Passage(article_id=article.id, place=place, heading=heading[:200], text=text, stems=stems)
        )
    await session.flush()


def passages_of(body: str) -> Iterator[tuple[str, str]]:
    """(heading, text) of each passage, in order; "" is the heading of what stands before the first one."""
    heading, rest = "", HEADING.split(body)
    for place, part in enumerate(rest):
        if place % 2:
            heading = part
        elif part.strip():
            yield from ((heading, text) for text in pieces(part.strip()))


def pieces(text: str) -> Iterator[str]:
    """Whole paragraphs together until there is enough of them."""
    together: list[str] = []
    for paragraph in re.split(r"\n\s*\n", text):
        if together and size([*together, paragraph]) > MOST:
            yield "\n\n".join(together)
            together = []
        together.append(paragraph)
        if size(together) >= ENOUGH:
            yield "\n\n".join(together)
            together = []
    if together:
        yield "\n\n".join(together)


def size(paragraphs: list[str]) -> int:
    return sum(len(one.split()) for one in paragraphs)
