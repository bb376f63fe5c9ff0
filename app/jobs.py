"""Work that must happen, as rows: written in the transaction that asks for it, found by a worker after any crash."""

import asyncio
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from sqlalchemy import (
    Index,
    Insert,
    String,
    Text,
    UniqueConstraint,
    bindparam,
    case,
    delete,
    func,
    literal,
    or_,
    select,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.sql.dml import ReturningUpdate

from app import clock
from app.db import Base, UtcDateTime, after_commit, insert_if_new, table_of
from app.live.bell import Bell
from app.rows import NewRows

LOCKED = timedelta(seconds=5)  # as much later than it asked for the time may a transaction write
LEASE = timedelta(seconds=15)
MOST_TRIES = 20
REST = timedelta(days=1)  # of what failed so often

wake_worker = Bell("jobs")


class Job(Base):
    """One piece of work, unique per (kind, key): asking again moves its time and raises `wanted`.

    A worker that finishes deletes the row only if nobody asked again meanwhile. A lease that ran out is free again.
    """

    __tablename__ = "job"
    __table_args__ = (UniqueConstraint("kind", "key"), Index("ix_job_due", "run_at"))

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(40))
    key: Mapped[str] = mapped_column(String(80))
    payload: Mapped[dict[str, Any]] = mapped_column(default=dict)
    run_at: Mapped[datetime]
    wanted: Mapped[int] = mapped_column(default=1)
    tries: Mapped[int] = mapped_column(default=0)
    lease_token: Mapped[str | None] = mapped_column(String(36))
    lease_until: Mapped[datetime | None]
    error: Mapped[str | None] = mapped_column(Text)


@dataclass(frozen=True)
class Claim:
    """A job that is ours until `lease_until`; `wanted` tells whether it was asked for again while we worked."""

    id: int
    kind: str
    key: str
    payload: dict[str, Any]
    wanted: int
    tries: int
    lease_token: str
    leaving: asyncio.Event = field(
        default_factory=asyncio.Event, compare=False, repr=False
    )  # the worker stops


class LeftUndone(Exception):
    """Raised by a handler that ended early: the job is another worker's."""


JOBS = table_of(Job)


# Built once: idle workers ask it every second, and after every commit that concerns them. Kinds that a newer
# program asked for wait for that program's worker.
KNOWN = JOBS.c.kind.in_(bindparam("kinds", expanding=True))
FALLS_DUE = select(
    func.min(case((JOBS.c.lease_until > JOBS.c.run_at, JOBS.c.lease_until), else_=JOBS.c.run_at))
).where(KNOWN)


def claiming() -> ReturningUpdate[Any]:
    """Takes the most overdue job that nobody holds."""
    now = bindparam("now", type_=UtcDateTime())
    free = or_(JOBS.c.lease_until.is_(None), JOBS.c.lease_until < now)
    others = JOBS.c.id.not_in(bindparam("under_way", expanding=True))
    due = (
        select(JOBS.c.id)
        .where(JOBS.c.run_at <= now, free, others, KNOWN)
        .order_by(JOBS.c.run_at, JOBS.c.id)
        .limit(1)
    )
    taken = update(JOBS).where(JOBS.c.id == due.with_for_update(skip_locked=True).scalar_subquery(), free)
    lease = {
        "lease_token": bindparam("token"),
        "lease_until": bindparam("until", type_=UtcDateTime()),
        "tries": JOBS.c.tries + 1,
    }
    return taken.values(lease).returning(*JOBS.c["id", "kind", "key", "payload", "wanted", "tries"])


CLAIMING = claiming()


def asking(dialect: Any, *, with_payload: bool) -> Insert:
    """Asks for a job, or once more for one that waits, in one statement: a worker may be finishing it right now, and
    between two statements the row could go and the wish with it."""
    put = dialect.insert(JOBS).values(wanted=1, tries=0)
    again = {"run_at": put.excluded.run_at, "wanted": JOBS.c.wanted + 1, "tries": 0}
    if with_payload:
        again["payload"] = put.excluded.payload
    asked: Insert = put.on_conflict_do_update(index_elements=["kind", "key"], set_=again)
    return asked


ASKING = {
    (name, with_payload): asking(dialect, with_payload=with_payload)
    for name, dialect in (("sqlite", sqlite), ("postgresql", postgresql))
    for with_payload in (True, False)
}


async def enqueue(
    session: AsyncSession, kind: str, key: str, *, run_at: datetime, payload: dict[str, Any] | None = None
) -> None:
    """Ask for a piece of work at `run_at`; if it already waits, its time moves there."""
    asking = ASKING[session.get_bind().dialect.name, payload is not None]
    await session.execute(asking, {"kind": kind, "key": key, "payload": payload or {}, "run_at": run_at})
    after_commit(session, "jobs", wake_worker.ring)


ASKING_ALL = NewRows(
    JOBS,
    ("kind", "key", "run_at", "payload", "wanted", "tries"),
    unless=("kind", "key"),
    else_set="run_at = excluded.run_at, payload = excluded.payload, wanted = job.wanted + 1, tries = 0",
)


async def enqueue_all(
    session: AsyncSession, kind: str, wished: Sequence[tuple[str, datetime, dict[str, Any]]]
) -> None:
    """The same for many, each with its key, time and payload; a key stands there once. Locks are taken by key."""
    in_order = sorted(wished, key=lambda wish: wish[0])
    await ASKING_ALL.write(session, [(kind, *one, 1, 0) for one in in_order])
    after_commit(session, "jobs", wake_worker.ring)


async def ask_once(session: AsyncSession, kind: str, key: str, *, run_at: datetime) -> None:
    """Ask for a piece of work unless it is asked for already: then its time stays."""
    values = {"kind": kind, "key": key, "payload": {}, "run_at": run_at, "wanted": 1, "tries": 0}
    if await insert_if_new(session, Job, values, unique=["kind", "key"]) is not None:
        after_commit(session, "jobs", wake_worker.ring)


async def claim_next(
    session: AsyncSession, kinds: Sequence[str], under_way: Collection[int] = ()
) -> Claim | None:
    """The most overdue job of these kinds that nobody holds, now ours; None when nothing is due.

    Those `under_way` here are held, whatever the clock says: it may just have been put forward.
    """
    now, token = clock.now(), str(uuid4())
    taking = {
        "now": now,
        "token": token,
        "until": now + LEASE,
        "kinds": kinds,
        "under_way": list(under_way),
    }
    row = (await session.execute(CLAIMING, taking)).first()
    if row is None:
        return None
    return Claim(row.id, row.kind, row.key, row.payload, row.wanted, row.tries, token)


async def renew(session: AsyncSession, claim: Claim) -> bool:
    """Keep a job for another lease; False when it is no longer ours."""
    ours = update(Job).where(Job.id == claim.id, Job.lease_token == claim.lease_token)
    kept = await session.execute(ours.values(lease_until=clock.now() + LEASE).returning(Job.id))
    return kept.first() is not None


async def finish(session: AsyncSession, claim: Claim) -> None:
    """The work is done: the row goes, unless somebody asked again meanwhile; then it is free."""
    ours = (Job.id == claim.id, Job.lease_token == claim.lease_token)
    done = await session.execute(delete(Job).where(*ours, Job.wanted == claim.wanted).returning(Job.id))
    if done.first() is None:
        await session.execute(update(Job).where(*ours).values(lease_token=None, lease_until=None))
        after_commit(session, "jobs", wake_worker.ring)


async def put_back(
    session: AsyncSession, claim: Claim, *, run_at: datetime, error: str | None = None
) -> None:
    """Try again at `run_at`; `error` names the kind of failure and never a customer's words."""
    ours = update(Job).where(Job.id == claim.id, Job.lease_token == claim.lease_token)
    await session.execute(ours.values(lease_token=None, lease_until=None, run_at=run_at, error=error))


async def put_off(session: AsyncSession, claim: Claim, *, run_at: datetime) -> None:
    """Look again at `run_at`: something else has to come first, and no try was lost."""
    ours = update(Job).where(Job.id == claim.id, Job.lease_token == claim.lease_token)
    await session.execute(
        ours.values(lease_token=None, lease_until=None, run_at=run_at, tries=claim.tries - 1)
    )


async def give_back(session: AsyncSession, claim: Claim) -> None:
    """This worker stops: the job is free at once, and others hear of it."""
    await put_back(session, claim, run_at=clock.now())
    after_commit(session, "jobs", wake_worker.ring)


async def next_run_at(session: AsyncSession, kinds: Sequence[str]) -> datetime | None:
    """When the next job of these kinds falls due, held ones by the end of their lease; None when there is none."""
    due: datetime | None = (await session.execute(FALLS_DUE, {"kinds": kinds})).scalar_one()
    return due


async def repair_times(session: AsyncSession, longest_waits: Mapping[str, timedelta]) -> int:
    """After the clock was put back: no lease, and no wait of a kind named in `longest_waits`, is longer than it can be.

    Gives how many were. Other kinds wait for a date, which a clock does not change.
    """
    now, moved = clock.now(), 0
    for kind, longest in longest_waits.items():
        wait = case(
            (JOBS.c.tries >= MOST_TRIES, literal(now + REST, UtcDateTime())),
            else_=literal(now + longest, UtcDateTime()),
        )
        too_late = update(JOBS).where(JOBS.c.kind == kind, JOBS.c.run_at > wait).values(run_at=now)
        moved += len((await session.execute(too_late.returning(JOBS.c.id))).all())
    held = update(JOBS).where(JOBS.c.lease_until > now + LEASE + LOCKED).values(lease_until=now + LEASE)
    return moved + len((await session.execute(held.returning(JOBS.c.id))).all())
