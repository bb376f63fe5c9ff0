"""How processes notice that passages changed: one number, which rises with every change of what is found."""

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from app import clock, jobs
from app.db import before_commit, table_of
from app.knowledge.models import KnowledgeVersion

EMBED, ALL = "embed", "all"  # the job that gives passages their vectors
VERSION = table_of(KnowledgeVersion)


async def changed(session: AsyncSession) -> None:
    """Passages came, went or changed: they are embedded soon, and every process reads them again."""
    await jobs.enqueue(session, EMBED, ALL, run_at=clock.now())
    raise_with(session)


def raise_with(session: AsyncSession) -> None:
    """A new version as this transaction commits: last, for whoever raises it next waits for the commit."""
    before_commit(session, "knowledge version", rise)


async def rise(session: AsyncSession) -> None:
    await session.execute(update(VERSION).values(number=VERSION.c.number + 1))


async def current(session: AsyncSession) -> int:
    number: int = (await session.execute(select(VERSION.c.number))).scalar_one()
    return number
