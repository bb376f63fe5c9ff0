"""The database: one writer and many readers on SQLite, one pool on Postgres, the same verbs on both."""

import asyncio
import logging
import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager, suppress
from datetime import UTC, datetime
from typing import Any, ClassVar, TypeVar, cast

from sqlalchemy import BigInteger, DateTime, Dialect, Integer, MetaData, Table, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import URL, RowMapping, make_url
from sqlalchemy.exc import TimeoutError as SQLAlchemyTimeout
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker
from sqlalchemy.orm import DeclarativeBase, class_mapper
from sqlalchemy.types import TypeDecorator

from app.postgres import postgres_engine
from app.sqlite import BUSY_TIMEOUT_SECONDS, sqlite_engine

log = logging.getLogger(__name__)

Id = BigInteger().with_variant(Integer, "sqlite")  # SQLite counts up only an INTEGER primary key


class UtcDateTime(TypeDecorator[datetime]):
    """An aware UTC moment; SQLite keeps no zone, so it is put back on reading."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a stored moment needs a time zone")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Base(DeclarativeBase):
    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map: ClassVar[dict[Any, Any]] = {
        datetime: UtcDateTime,
        int: Id,
        dict[str, Any]: postgresql.JSONB().with_variant(sqlite.JSON(), "sqlite"),
    }


class Database:
    """The engines behind `transaction()` and `reading()`.

    SQLite: one connection writes, and it alone checkpoints the WAL (the WAL-reset race needs two); readers never block it.
    """

    def __init__(self, url: URL) -> None:
        self.url = url
        self.is_sqlite = url.get_backend_name() == "sqlite"
        self.writer = sqlite_engine(url, writes=True) if self.is_sqlite else postgres_engine(url)
        self.reader = sqlite_engine(url, writes=False) if self.is_sqlite else self.writer
        self.write_sessions = async_sessionmaker(self.writer, expire_on_commit=False)
        self.read_sessions = async_sessionmaker(self.reader, expire_on_commit=False)
        self._in_use = 0
        self._idle = asyncio.Event()

    @contextmanager
    def in_use(self) -> Iterator[None]:
        """Counts the sessions that are open, so that closing can wait for the last one."""
        self._in_use += 1
        try:
            yield
        finally:
            self._in_use -= 1
            if not self._in_use:
                self._idle.set()

    async def close(self) -> None:
        """Wait a moment for what is under way, then close every connection."""
        self._idle.clear()
        if self._in_use:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._idle.wait(), BUSY_TIMEOUT_SECONDS)
        await self.reader.dispose()
        await self.writer.dispose()


MOST_BEGINNINGS = 5  # of a transaction that others come between
OVERTAKEN = {
    "40P01",
    "40001",
    "23505",
}  # SQLSTATE: deadlock, serialization failure, a unique key taken meanwhile


class Overtaken(Exception):
    """Another transaction was there first: begun afresh, this one sees what that one did."""


Result = TypeVar("Result")

_database: Database | None = None


def open_database(url: str | URL) -> Database:
    """Open the one database of this process; `transaction()` and `reading()` use it from now on."""
    global _database
    _database = Database(make_url(url))
    return _database


async def close_database() -> None:
    global _database
    if _database is not None:
        await _database.close()
        _database = None


def database() -> Database:
    if _database is None:
        raise RuntimeError("the database is not open")
    return _database


@asynccontextmanager
async def transaction() -> AsyncIterator[AsyncSession]:
    """One unit of work: commits at the end, rolls back on any error, then tells who waited for the commit."""
    opened = database()
    with opened.in_use():
        async with opened.write_sessions() as session:
            async with session.begin():
                yield session
                await session.flush()
                for write_last in session.info.get("before_commit", {}).values():
                    await write_last(session)
            for tell in session.info.get("after_commit", {}).values():
                tell()


async def transact(work: Callable[[AsyncSession], Awaitable[Result]]) -> Result:
    """Do `work` in a transaction; begun afresh at once, a few times, when another transaction came between.

    On Postgres two that lock the same rows in different orders end each other, and one that found nothing may find
    somebody else's row a moment later. On SQLite nobody comes between.
    """
    for _ in range(MOST_BEGINNINGS - 1):
        try:
            async with transaction() as session:
                return await work(session)
        except Exception as fault:
            if not was_overtaken(fault):
                raise
            log.info(
                "a transaction begins afresh", extra={"fault": type(getattr(fault, "orig", fault)).__name__}
            )
    async with transaction() as session:
        return await work(session)


@asynccontextmanager
async def reading() -> AsyncIterator[AsyncSession]:
    """A consistent look at the database; whatever is changed through it is refused (SQLite) or rolled back."""
    opened = database()
    with opened.in_use():
        async with opened.read_sessions() as session, session.begin():
            yield session
            session.expunge_all()  # what was read stays readable after the rollback
            await session.rollback()


def before_commit(session: AsyncSession, name: str, write: Callable[[AsyncSession], Awaitable[None]]) -> None:
    """Run `write` as the last statements of this transaction, once per `name`."""
    session.info.setdefault("before_commit", {}).setdefault(name, write)


def after_commit(session: AsyncSession, name: str, tell: Callable[[], None]) -> None:
    """Call `tell` once this transaction is durable, once per `name`; it must not fail or wait."""
    session.info.setdefault("after_commit", {}).setdefault(name, tell)


Made = TypeVar("Made", bound=Base)


def table_of(model: type[Base]) -> Table:
    """The bare table of a model: statements on it cost a third of those on the model, on the ways that every
    message takes."""
    return cast(Table, model.__table__)


def made(model: type[Made], row: RowMapping | Mapping[str, Any]) -> Made:
    """A row of `table_of(model)` as that model, outside of any session: to read, not to change.

    Filled as SQLAlchemy itself fills what it loads, without telling every attribute that it changed.
    """
    instance: Made = class_mapper(model).class_manager.new_instance()
    instance.__dict__.update(row)
    return instance


async def insert_if_new(
    session: AsyncSession, model: type[Base], values: dict[str, Any], *, unique: Sequence[str]
) -> int | None:
    """Insert a row unless its unique key is taken; the new row's id, or None when somebody was there first."""
    dialect: Any = sqlite if session.get_bind().dialect.name == "sqlite" else postgresql
    statement = dialect.insert(model).values(**values).on_conflict_do_nothing(index_elements=list(unique))
    row = (await session.execute(statement.returning(*table_of(model).primary_key))).first()
    return None if row is None else int(row[0])


def was_overtaken(error: BaseException) -> bool:
    """Whether another transaction came between, so that the same work may go through now."""
    cause = getattr(error, "orig", error)  # what goes straight to the driver (`app/rows.py`) is not wrapped
    return isinstance(error, Overtaken) or getattr(cause, "sqlstate", "") in OVERTAKEN


async def alone_with(session: AsyncSession, names: Collection[str]) -> None:
    """Until this transaction ends no other one is alone with any of these names: for two that must see each other's row
    and have none in common to lock. On SQLite there is one writer, who is always alone."""
    if session.get_bind().dialect.name != "sqlite":
        await session.execute(ALONE, {"names": sorted(names)})


ALONE = text(  # taken in the order of the names, by everybody
    "SELECT pg_advisory_xact_lock(hashtextextended(name, 0))"
    " FROM (SELECT unnest(CAST(:names AS text[])) AS name ORDER BY name) AS sorted"
)


def stops_everything(error: BaseException) -> bool:
    """Whether an outage hits whatever is stored beside it too. What others have overtaken again and again, when the whole
    transaction was begun afresh some times already, is its own trouble."""
    return is_outage(error) and not isinstance(error, Overtaken)


def is_outage(error: BaseException) -> bool:
    """Whether the database could not take the work now (locked, full, gone) rather than refused it as wrong."""
    cause = getattr(error, "orig", error)
    if isinstance(
        cause, Overtaken | sqlite3.OperationalError | TimeoutError | asyncio.TimeoutError | ConnectionError
    ):
        return True
    # psycopg's deadlocks, cuts and full disks are kinds of OperationalError; on SQLite it is not installed. The server
    # also hangs up on who stood still in the middle of a transaction, as a frozen process does.
    kinds = {kind.__name__ for kind in type(cause).__mro__ if kind.__module__.partition(".")[0] == "psycopg"}
    return bool(kinds & {"OperationalError", "InterfaceError", "IdleInTransactionSessionTimeout"}) or (
        isinstance(error, SQLAlchemyTimeout) or getattr(error, "connection_invalidated", False) is True
    )
