"""How an article is divided into passages: by heading, then by paragraphs, 60 to 120 words each."""

import re
from collections.abc import Iterator

from sqlalchemy import delete
from sqlalchemy.ext.asyncio import AsyncSession

from app.knowledge import versions
from app.knowledge.models import KnowledgeArticle, Passage
from app.knowledge.sentences import LONGEST, sentences
from app.knowledge.stems import stems
from app.search.words import kept

HEADING = re.compile(r"^#{1,6}\s+(.*?)\s*#*\s*$", re.MULTILINE)
ENOUGH, MOST = 60, 120  # words


async def divide(session: AsyncSession, article: KnowledgeArticle) -> None:
    """Put the passages of an article in place of those it had; of one that Claude may not read, such as are not found."""
    await session.execute(delete(Passage).where(Passage.article_id == article.id))
    is_found = article.is_published and article.removed_at is None
    for place, (heading, text) in enumerate(passages_of(article.body)):
        found_by = kept(stems(article.title, heading, text)) if is_found else ""
        session.add(
            Passage(article_id=article.id, place=place, heading=heading[:200], text=text, stems=found_by)
        )
    await session.flush()
    await versions.changed(session)


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
    for paragraph in paragraphs(text):
        if together and size([*together, paragraph]) > MOST:
            yield "\n\n".join(together)
            together = []
        together.append(paragraph)
        if size(together) >= ENOUGH:
            yield "\n\n".join(together)
            together = []
    if together:
        yield "\n\n".join(together)


def paragraphs(text: str) -> Iterator[str]:
    """As they were written; one that is too long for a passage in parts, each of some of its sentences."""
    for paragraph in re.split(r"\n\s*\n", text):
        if len(paragraph) <= 2 * LONGEST and size([paragraph]) <= MOST:
            yield paragraph
            continue
        together: list[str] = []
        for sentence in sentences(paragraph):
            if together and (
                size([*together, sentence]) > MOST or sum(map(len, [*together, sentence])) > 2 * LONGEST
            ):
                yield " ".join(together)
                together = []
            together.append(sentence)
        yield " ".join(together)


def size(paragraphs: list[str]) -> int:
    return sum(len(one.split()) for one in paragraphs)
