"""Passages by their meaning: every vector is compared, in memory, which is quicker than an index up to 100,000 of them."""

import asyncio
from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.db import Database, database
from app.knowledge import versions
from app.knowledge.embedders.matrix import Matrix, rows_in
from app.knowledge.models import Passage

AT_ONCE = 1000  # vectors that are read before somebody else's turn


@dataclass(frozen=True)
class Known:
    """All vectors of one name, as they were in this version of this database. `ids` in their order."""

    of: Database
    version: int
    name: str
    ids: "np.ndarray[tuple[int], np.dtype[np.int64]]"
    vectors: Matrix


_known: Known | None = None


async def known(session: AsyncSession, name: str, dimension: int) -> Known:
    """Read anew once something has changed: a look at one number tells."""
    global _known
    version = await versions.current(session)
    held = _known
    if held is None or (held.of, held.version, held.name) != (database(), version, name):
        _known = held = await read(session, version, name, dimension)
    return held


async def read(session: AsyncSession, version: int, name: str, dimension: int) -> Known:
    ids: list[int] = []
    blobs: list[bytes] = []
    some = select(Passage.id, Passage.vector).where(Passage.embedder == name, Passage.stems != "")
    some = some.order_by(Passage.id).limit(AT_ONCE)
    while rows := (await session.execute(some.where(Passage.id > (ids[-1] if ids else 0)))).all():
        ids += [row.id for row in rows]
        blobs += [row.vector for row in rows]
        await asyncio.sleep(0)
    vectors = await asyncio.to_thread(rows_in, blobs, dimension)
    return Known(database(), version, name, np.array(ids, dtype=np.int64), vectors)


async def nearest(known: Known, question: Matrix, most: int) -> Sequence[int]:
    """The ids of the passages whose whole is nearest, the nearest first."""
    return await asyncio.to_thread(best, known.ids, known.vectors, question, most)


def best(
    ids: "np.ndarray[tuple[int], np.dtype[np.int64]]", vectors: Matrix, question: Matrix, most: int
) -> Sequence[int]:
    scores = vectors @ question
    places = np.arange(len(scores))
    if len(scores) > most:
        places = np.argpartition(-scores, most)[:most]
    return [int(ids[place]) for place in sorted(places, key=lambda place: (-scores[place], ids[place]))]


async def nearest_sentences(
    session: AsyncSession, name: str, question: Matrix, among: Collection[int], most: int
) -> Sequence[int]:
    """Of these passages, those that have the title or the sentence, or are the whole, that is nearest."""
    wanted = select(Passage.id, Passage.vector, Passage.parts).where(
        Passage.id.in_(among), Passage.embedder == name, Passage.stems != ""
    )
    rows = (await session.execute(wanted)).all()
    if not rows:
        return []
    blobs = [row.vector + row.parts for row in rows]
    scores = rows_in(blobs, len(question)) @ question
    starts = np.cumsum([0, *(len(blob) // question.nbytes for blob in blobs[:-1])])
    highest = np.maximum.reduceat(scores, starts)
    order = sorted(range(len(rows)), key=lambda place: (-highest[place], rows[place].id))
    return [rows[place].id for place in order[:most]]
