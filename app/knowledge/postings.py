"""Which passages have a word, as Postgres tells it once for each version of the knowledge; and bm25 over such lists.

Reckoned in SQL, a question of common words visits ten thousand rows and more, each time anew. People ask with the same
few hundred words.
"""

import asyncio
import heapq
from array import array
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from math import log

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from app.db import Database, database
from app.knowledge import versions

MOST_HELD = 1_000_000  # passages in all lists together, 16 bytes each
RARITY_OF_COMMON_ONES = 0.000001  # as FTS5 has it: a word that half of the passages have counts hardly

# A passage's length is that of its list of stems, which the row tells without being read.
ALL_TOGETHER = text("SELECT count(*), avg(octet_length(stems)) FROM passage WHERE stems != ''")
HAVING = text("""
SELECT asked.stem, array_agg(passage.id) AS ids, array_agg(octet_length(passage.stems)) AS sizes
FROM unnest(CAST(:stems AS text[])) AS asked (stem)
JOIN passage ON array_to_tsvector(string_to_array(passage.stems, ' ')) @@ CAST(quote_literal(asked.stem) AS tsquery)
GROUP BY asked.stem
""")


@dataclass(frozen=True)
class Postings:
    """The passages that have one stem, and what it adds to the score of each."""

    ids: "array[int]"
    adds: "array[float]"


NOBODY = Postings(array("q"), array("d"))


@dataclass
class Held:
    """What was told of this version of this database: how many passages there are, their usual size, and lists."""

    of: Database
    version: int
    passages: int
    usual: float
    lists: dict[str, Postings] = field(default_factory=dict)


_held: Held | None = None


async def ranked(session: AsyncSession, asked: Collection[str], most: int) -> Sequence[int]:
    """The ids of passages that have any of these stems, the best first."""
    held = await current(session)
    known = {stem: held.lists[stem] for stem in asked if stem in held.lists}
    if missing := [stem for stem in asked if stem not in known]:
        known |= await told(session, held, missing)
    return await asyncio.to_thread(best, list(known.values()), most)


async def current(session: AsyncSession) -> Held:
    global _held
    version = await versions.current(session)
    held = _held
    if held is None or (held.of, held.version) != (database(), version):
        passages, usual = (await session.execute(ALL_TOGETHER)).one()
        _held = held = Held(database(), version, passages, float(usual or 1))
    return held


async def told(session: AsyncSession, held: Held, stems: Sequence[str]) -> Mapping[str, Postings]:
    """These lists, from the database; they are held from now on, in the place of all others once those are too many."""
    rows = await session.execute(HAVING, {"stems": stems})
    made = dict.fromkeys(stems, NOBODY) | {row.stem: postings(held, row.ids, row.sizes) for row in rows}
    if sum(len(one.ids) for one in (*held.lists.values(), *made.values())) > MOST_HELD:
        held.lists.clear()
    held.lists.update(made)
    return made


def postings(held: Held, ids: Sequence[int], sizes: Sequence[int]) -> Postings:
    """As FTS5 reckons: k1 = 1.2, b = 0.75, and each stem stands in a passage once."""
    rarity = log((held.passages - len(ids) + 0.5) / (len(ids) + 0.5)) if len(ids) <= held.passages else 0
    weight = 2.2 * max(rarity, RARITY_OF_COMMON_ONES)
    return Postings(array("q", ids), array("d", (weight / (1.3 + 0.9 * size / held.usual) for size in sizes)))


def best(lists: Sequence[Postings], most: int) -> Sequence[int]:
    scores: dict[int, float] = defaultdict(float)
    for one in lists:
        for passage_id, adds in zip(one.ids, one.adds, strict=True):
            scores[passage_id] += adds
    last = min(heapq.nlargest(most, scores.values()), default=0)
    near = [passage_id for passage_id, score in scores.items() if score >= last]
    return sorted(near, key=lambda passage_id: (-scores[passage_id], passage_id))[:most]
