"""Passages by their words, the best first: bm25, which FTS5 brings along and which is reckoned here for Postgres.

The lists of words follow `passage.stems` by themselves; the migration "what passages are found by" has made them.
"""

from collections.abc import Sequence

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from app.knowledge import postings
from app.knowledge.stems import stems

MOST_ASKED = 32  # stems of one question

FTS5 = text(
    "SELECT rowid FROM passage_search WHERE passage_search MATCH :words ORDER BY rank, rowid LIMIT :most"
)


async def ranked(session: AsyncSession, question: str, most: int) -> Sequence[int]:
    """The ids of passages that have any of the question's words, the best first."""
    asked = stems(question)[:MOST_ASKED]
    if not asked:
        return []
    if session.get_bind().dialect.name != "sqlite":
        return await postings.ranked(session, asked, most)
    # A stem is letters and digits alone: in quotes FTS5 reads no command.
    words = " OR ".join(f'"{stem}"' for stem in asked)
    return (await session.scalars(FTS5, {"words": words, "most": most})).all()
