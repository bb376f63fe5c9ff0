"""Passages by their words, the best first: bm25, which FTS5 brings along and Postgres is told in SQL.

The lists of words follow `passage.stems` by themselves; the migration "what passages are found by" has made them.
"""

from collections.abc import Sequence

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from app.knowledge.stems import stems

MOST_ASKED = 32  # stems of one question

FTS5 = text(
    "SELECT rowid FROM passage_search WHERE passage_search MATCH :words ORDER BY rank, rowid LIMIT :most"
)

# As FTS5 reckons: k1 = 1.2, b = 0.75, each stem stands in a passage once, and one that half of them have counts hardly.
# A passage's length is that of its list of stems, which the row tells without being read; the usual one is that of those
# that were found, for looking at all of them costs as much as all the rest.
BM25 = text("""
WITH hit AS MATERIALIZED (
    SELECT asked.stem, passage.id, CAST(octet_length(passage.stems) AS float8) AS size
    FROM unnest(CAST(:words AS text[])) AS asked (stem)
    JOIN passage ON array_to_tsvector(string_to_array(passage.stems, ' ')) @@ CAST(quote_literal(asked.stem) AS tsquery)
), known AS MATERIALIZED (
    SELECT CAST(count(*) AS float8) AS passages, (SELECT CAST(avg(size) AS float8) FROM hit) AS usual FROM passage
), rarity AS MATERIALIZED (
    SELECT stem, CAST(2.2 AS float8) * greatest(ln((max(passages) - count(*) + 0.5) / (count(*) + 0.5)), 0.000001) AS weight
    FROM hit, known GROUP BY stem
)
SELECT id FROM hit JOIN rarity USING (stem), known
GROUP BY id
ORDER BY sum(weight / (CAST(1.3 AS float8) + CAST(0.9 AS float8) * size / usual)) DESC, id
LIMIT :most
""")


async def ranked(session: AsyncSession, question: str, most: int) -> Sequence[int]:
    """The ids of passages that have any of the question's words, the best first."""
    asked = stems(question)[:MOST_ASKED]
    if not asked:
        return []
    if session.get_bind().dialect.name == "sqlite":
        # A stem is letters and digits alone: in quotes FTS5 reads no command.
        words = " OR ".join(f'"{stem}"' for stem in asked)
        return (await session.scalars(FTS5, {"words": words, "most": most})).all()
    return (await session.scalars(BM25, {"words": asked, "most": most})).all()
