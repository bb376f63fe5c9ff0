"""Many rows in one statement, handed straight to the driver: for the few tables that every webhook writes (decision 0011).

The rest of the program lets SQLAlchemy write. Here it would cost several times what the database needs for the row.
"""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from functools import cache, cached_property
from typing import Any

from sqlalchemy import JSON, Table
from sqlalchemy.dialects import postgresql
from sqlalchemy.dialects import sqlite as sqlite_dialect
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.schema import Column

from app import sqlite
from app.db import UtcDateTime

Row = Sequence[Any]
POSTGRES: Any = postgresql.dialect()  # type: ignore[no-untyped-call]
SQLITE: Any = sqlite_dialect.dialect()
MOST_AT_ONCE = 64  # rows in one statement on SQLite, whose text is kept for each power of two


class NewRows:
    """Inserts rows of these columns. `unless`: a unique key; who has one that is taken is left out, or changes the row
    that has it as `else_set` says (SQL of ours, in which that row has the table's name and the new one is `excluded`).

    `returning`: what `write` gives back of each row that was inserted, in no order.
    """

    def __init__(
        self,
        table: Table,
        columns: Sequence[str],
        *,
        unless: Sequence[str] = (),
        else_set: str = "",
        returning: Sequence[str] = (),
    ) -> None:
        self.columns = [table.c[name] for name in columns]
        self.returns = bool(returning)
        self.head = f"INSERT INTO {table.name} ({', '.join(columns)}) "
        instead = f"UPDATE SET {else_set}" if else_set else "NOTHING"
        self.tail = f" ON CONFLICT ({', '.join(unless)}) DO {instead}" if unless else ""
        self.tail += f" RETURNING {', '.join(returning)}" if returning else ""
        self.as_values = cache(self._as_values)

    @cached_property
    def kept(self) -> list[Callable[[Any], Any]]:
        return [kept_by_sqlite(column) for column in self.columns]

    @cached_property
    def as_records(self) -> str:
        names = ", ".join(column.name for column in self.columns)
        return f"{self.head}SELECT {names} FROM {records_of(self.columns)}{self.tail}"  # noqa: S608 (names of ours)

    async def write(self, session: AsyncSession, rows: Sequence[Row]) -> list[Row]:
        """`rows` hold a value for each column, in that order."""
        if not rows:
            return []
        driver = await driver_of(session)
        if not isinstance(driver, sqlite.Connection):
            done = await driver.execute(self.as_records, (records(self.columns, rows),))
            return list(await done.fetchall()) if self.returns else []
        found: list[Row] = []
        for part in powers_of_two(rows):
            values = [keep(value) for row in part for keep, value in zip(self.kept, row, strict=True)]
            found += driver.driver.execute(self.as_values(len(part)), values).fetchall()
        return found

    def _as_values(self, count: int) -> str:
        one = f"({', '.join('?' * len(self.columns))})"
        return f"{self.head}VALUES {', '.join([one] * count)}{self.tail}"


class ChangedRows:
    """Sets these columns of rows that are named by their id. `kept_unless_given`: of these, None changes nothing."""

    def __init__(
        self, table: Table, columns: Sequence[str], *, kept_unless_given: Sequence[str] = ()
    ) -> None:
        self.table = table
        self.columns = [table.c.id, *(table.c[name] for name in columns)]
        self.kept_unless_given = set(kept_unless_given)

    @cached_property
    def kept(self) -> list[Callable[[Any], Any]]:
        return [kept_by_sqlite(column) for column in self.columns]

    @cached_property
    def each(self) -> str:
        places = {column.name: f"?{place}" for place, column in enumerate(self.columns, start=1)}
        return f"UPDATE {self.table.name} SET {self.setting(places)} WHERE id = ?1"  # noqa: S608

    @cached_property
    def as_records(self) -> str:
        name, records = self.table.name, records_of(self.columns)
        given = {column.name: f"given.{column.name}" for column in self.columns}
        return f"UPDATE {name} SET {self.setting(given)} FROM {records} WHERE {name}.id = given.id"  # noqa: S608

    def setting(self, given: Mapping[str, str]) -> str:
        """Each column but the id, set to what stands in `given` for it."""
        return ", ".join(
            f"{name} = coalesce({given[name]}, {self.table.name}.{name})"
            if name in self.kept_unless_given
            else f"{name} = {given[name]}"
            for name in (column.name for column in self.columns[1:])
        )

    async def write(self, session: AsyncSession, rows: Sequence[Row]) -> None:
        """`rows` hold the id and a value for each column, in that order. Their locks are held already, or are taken here
        in no order."""
        if not rows:
            return
        driver = await driver_of(session)
        if not isinstance(driver, sqlite.Connection):
            await driver.execute(self.as_records, (records(self.columns, rows),))
            return
        values = ([keep(value) for keep, value in zip(self.kept, row, strict=True)] for row in rows)
        driver.driver.executemany(self.each, values)


async def driver_of(session: AsyncSession) -> Any:
    """The driver's own connection, inside of the session's transaction."""
    return (await (await session.connection()).get_raw_connection()).driver_connection


def powers_of_two(rows: Sequence[Row]) -> Iterator[Sequence[Row]]:
    """All rows in few parts, whose lengths are few as well."""
    start = 0
    while left := len(rows) - start:
        size = min(1 << (left.bit_length() - 1), MOST_AT_ONCE)
        yield rows[start : start + size]
        start += size


def kept_by_sqlite(column: Column[Any]) -> Callable[[Any], Any]:
    """How a value of this column is stored, as SQLAlchemy's types store it."""
    if isinstance(column.type, UtcDateTime):
        return moment
    if isinstance(column.type.dialect_impl(SQLITE), JSON):
        return json.dumps
    return as_it_is


def as_it_is(value: Any) -> Any:
    return value


def moment(value: datetime | None) -> str | None:
    if value is None:
        return None
    if value.tzinfo is not UTC:
        value = in_utc(value)
    return value.isoformat(" ", "microseconds")[:26]  # without the zone


def in_utc(value: datetime) -> datetime:
    if value.tzinfo is None:
        raise ValueError("a stored moment needs a time zone")
    return value.astimezone(UTC)


def records_of(columns: Sequence[Column[Any]]) -> str:
    """The rows as Postgres reads them: one JSON text, which costs its driver no look at each value."""
    kinds = ", ".join(f"{column.name} {column.type.compile(POSTGRES)}" for column in columns)
    return f"json_to_recordset(%s::json) AS given({kinds})"


def records(columns: Sequence[Column[Any]], rows: Sequence[Row]) -> str:
    names = [column.name for column in columns]
    return json.dumps([dict(zip(names, row, strict=True)) for row in rows], default=told_to_postgres)


def told_to_postgres(value: Any) -> str:
    match value:
        case datetime():
            return in_utc(value).isoformat()
        case bytes():
            return "\\x" + value.hex()
    raise TypeError(f"a {type(value).__name__} cannot be stored")
