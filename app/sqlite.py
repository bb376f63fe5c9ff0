"""SQLite: one engine that writes, one that only reads. Waiting for the lock and the disk happens in the connection's thread."""

import sqlite3
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import aiosqlite
from sqlalchemy import event
from sqlalchemy.engine import URL
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.pool import AsyncAdaptedQueuePool

BUSY_TIMEOUT_SECONDS = 5
READERS = 8
BEGIN_WRITING = "BEGIN IMMEDIATE"


def sqlite_engine(url: URL, *, writes: bool) -> AsyncEngine:
    """An engine whose transactions begin IMMEDIATE for the writer, and are query-only for readers.

    The writer has one connection, and it alone checkpoints the WAL.
    """
    path = Path(url.database or "")
    path.parent.mkdir(parents=True, exist_ok=True)
    engine = create_async_engine(
        url,
        poolclass=AsyncAdaptedQueuePool,
        pool_size=1 if writes else READERS,
        max_overflow=0,
        pool_timeout=BUSY_TIMEOUT_SECONDS,
        hide_parameters=True,  # an error must not carry a message's text into the log
        connect_args={"async_creator_fn": lambda *_, **__: connect(path)},
    )

    @event.listens_for(engine.sync_engine, "connect")
    def prepare(connection: Any, record: Any) -> None:
        for pragma in pragmas(writes=writes):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine.sync_engine, "begin")
    def begin(connection: Any) -> None:
        connection.exec_driver_sql(BEGIN_WRITING if writes else "BEGIN")

    return engine


def pragmas(*, writes: bool) -> Sequence[str]:
    usual = ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON")
    return usual if writes else (*usual, "wal_autocheckpoint=0", "query_only=ON")


def connect(path: Path) -> "Connection":
    """A connection whose transactions are ours to begin and end."""

    def opened() -> sqlite3.Connection:
        return sqlite3.connect(
            path, timeout=BUSY_TIMEOUT_SECONDS, isolation_level=None, check_same_thread=False
        )

    connection = Connection(opened, iter_chunk_size=64)
    connection._thread.daemon = True  # a forgotten connection must not keep the process
    return connection


class Connection(aiosqlite.Connection):
    """aiosqlite visits its thread to make a cursor, to execute, to fetch and to close, which costs more than the work.

    Here only what may wait goes there: beginning to write (for the lock) and committing (for the disk). Between them a
    statement is a look into a file that is in memory, and runs where it stands (decision 0009).
    """

    def __del__(self) -> None:
        """Whoever is cancelled while SQLAlchemy opens or takes back a connection leaves it to nobody: it ends here."""
        if self._connection is not None:
            self.stop()

    def cursor(self) -> "Cursor":  # type: ignore[override]
        return Cursor(self)

    async def commit(self) -> None:
        if self.in_transaction:
            await super().commit()

    async def rollback(self) -> None:
        if self.in_transaction:
            self.driver.rollback()

    async def visit(self, work: Any, *arguments: Any) -> Any:
        """Run `work` in the connection's thread."""
        return await self._execute(work, *arguments)  # type: ignore[no-untyped-call]

    @property
    def driver(self) -> sqlite3.Connection:
        return self._conn


class Cursor:
    """What SQLAlchemy asks of a cursor; rows are fetched whole, as it would fetch them anyway."""

    arraysize = 1

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self.description: Any = None
        self.rowcount = -1
        self.lastrowid: int | None = None
        self.rows: list[Any] = []

    async def __aenter__(self) -> "Cursor":
        return self

    async def execute(self, sql: str, parameters: Sequence[Any] = ()) -> None:
        if sql == BEGIN_WRITING:
            await self.connection.visit(self.connection.driver.execute, sql)
        else:
            self._keep(self.connection.driver.execute(sql, parameters))

    async def executemany(self, sql: str, parameters: Iterable[Sequence[Any]]) -> None:
        self._keep(self.connection.driver.executemany(sql, parameters))

    def _keep(self, done: sqlite3.Cursor) -> None:
        self.description, self.lastrowid = done.description, done.lastrowid
        self.rows = done.fetchall() if done.description else []
        self.rowcount = done.rowcount
        done.close()

    async def fetchall(self) -> list[Any]:
        rows, self.rows = self.rows, []
        return rows

    async def close(self) -> None:
        """Closed already."""
