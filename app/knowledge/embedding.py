"""The job `embed`: gives passages their vectors. Until it has, they are found by their words."""

import logging
from collections.abc import Sequence

from sqlalchemy import Row, bindparam, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from app import clock, jobs
from app.db import reading, table_of, transaction
from app.jobs import Claim, LeftUndone
from app.knowledge import versions
from app.knowledge.embedders.embedder import Embedder, EmbedderFailed, chosen
from app.knowledge.meaning import parts_of, vectors_of, whole_of
from app.knowledge.models import KnowledgeArticle, Passage

log = logging.getLogger(__name__)

BATCH = 32  # passages
PROBE = "Oi"  # tells the dimension of a model

PASSAGES = table_of(Passage)
# Only where it still says what was read: an article may have been changed meanwhile.
KEEP = (
    update(PASSAGES)
    .where(
        PASSAGES.c.id == bindparam("passage"),
        PASSAGES.c.text == bindparam("said"),
        PASSAGES.c.stems == bindparam("found_by"),
    )
    .values(vector=bindparam("whole"), parts=bindparam("rest"), embedder=bindparam("name"))
)

Rows = Sequence[Row[int, str, str, str, str]]  # id, title, heading, text, stems


async def begin(session: AsyncSession) -> None:
    """At the start of the program: the embedder may be another one than before."""
    await jobs.ask_once(session, versions.EMBED, versions.ALL, run_at=clock.now())


async def embed(claim: Claim) -> None:
    """Works off the job until every passage has a vector of this embedder. Raises EmbedderFailed: it is tried again."""
    embedder = chosen()
    if embedder is None or not await waiting(""):
        return
    name, _ = await vectors_of(embedder, [PROBE])
    embedded = 0
    while rows := await waiting(name):
        if claim.leaving.is_set():
            raise LeftUndone
        await keep(rows, name, await blobs_of(embedder, rows, name))
        embedded += len(rows)
    if embedded:
        log.info("passages were embedded", extra={"passages": embedded, "embedder": name})


async def waiting(name: str) -> Rows:
    """The next passages that are to be found and have no vector of this name."""
    lacking = (
        select(Passage.id, KnowledgeArticle.title, Passage.heading, Passage.text, Passage.stems)
        .join(KnowledgeArticle, KnowledgeArticle.id == Passage.article_id)
        .where(Passage.stems != "", or_(Passage.embedder.is_(None), Passage.embedder != name))
        .order_by(Passage.id)
        .limit(BATCH)
    )
    async with reading() as session:
        return (await session.execute(lacking)).all()


async def blobs_of(embedder: Embedder, rows: Rows, name: str) -> list[tuple[bytes, bytes]]:
    """(whole, parts) of each passage."""
    wholes = [whole_of(row.title, row.heading, row.text) for row in rows]
    parts = [parts_of(row.title, row.heading, row.text) for row in rows]
    now, vectors = await vectors_of(embedder, [*wholes, *(part for some in parts for part in some)])
    if now != name:
        raise EmbedderFailed("another dimension than before")
    blobs, start = [], len(rows)
    for place, some in enumerate(parts):
        blobs.append((vectors[place].tobytes(), vectors[start : start + len(some)].tobytes()))
        start += len(some)
    return blobs


async def keep(rows: Rows, name: str, blobs: Sequence[tuple[bytes, bytes]]) -> None:
    values = [
        {
            "passage": row.id, "said": row.text, "found_by": row.stems,
            "whole": whole, "rest": parts, "name": name,
        }
        for row, (whole, parts) in zip(rows, blobs, strict=True)
    ]  # fmt: skip
    async with transaction() as session:
        await (await session.connection()).execute(KEEP, values)
        versions.raise_with(session)
