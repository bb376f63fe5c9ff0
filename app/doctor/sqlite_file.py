"""The SQLite file, beside a running app: opened read-only, so that it is never checkpointed from here."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

from app.doctor.checks import Check, ok, schema_check, warning, wrong
from app.migrate import newest_revision
from app.sqlite import BUSY_TIMEOUT_SECONDS, pragmas

WITHOUT_THE_RACE = (3, 51, 3)  # before it, two connections that checkpoint at once could lose a commit
FULL = 2
RESTORE = "Stop the app, keep the file, restore the newest backup"


def file_checks(path: Path) -> list[Check]:
    if not path.exists():
        return [wrong("database", "there is no file yet", "Run `python -m app migrate`")]
    try:
        with closing(opened(path)) as connection:
            return list(checks_of(connection))
    except sqlite3.Error as fault:
        return [wrong("database", f"cannot be read ({type(fault).__name__})", RESTORE)]


def opened(path: Path) -> sqlite3.Connection:
    address = f"{path.absolute().as_uri()}?mode=ro"
    return sqlite3.connect(address, uri=True, timeout=BUSY_TIMEOUT_SECONDS, isolation_level=None)


def checks_of(connection: sqlite3.Connection) -> Iterator[Check]:
    yield version_check(sqlite3.sqlite_version_info)
    yield journal_check(value(connection, "PRAGMA journal_mode"))
    yield from connection_checks(connection)
    yield integrity_check(connection)
    yield schema_check(revision(connection), newest_revision())


def version_check(version: tuple[int, ...]) -> Check:
    says = ".".join(map(str, version))
    if version >= WITHOUT_THE_RACE:
        return ok("SQLite version", says)
    return warning(
        "SQLite version",
        f"{says} has the WAL-reset race",
        "Never let a second program write to the file; a Python with SQLite 3.51.3 has it mended",
    )


def journal_check(mode: str) -> Check:
    if mode == "wal":
        return ok("journal mode", "WAL")
    return wrong(
        "journal mode", mode, "Start the app, which sets WAL; if it stays, the file lies on a network disk"
    )


def connection_checks(connection: sqlite3.Connection) -> Iterator[Check]:
    """What the program sets on each of its connections really holds here; a build of SQLite may ignore it."""
    for pragma in pragmas(writes=False):
        if not pragma.startswith("journal_mode"):
            connection.execute(f"PRAGMA {pragma}")
    synchronous = value(connection, "PRAGMA synchronous")
    yield (
        ok("synchronous", "FULL")
        if synchronous >= FULL
        else wrong(
            "synchronous", str(synchronous), "Use another build of SQLite: a power cut would lose messages"
        )
    )
    yield (
        ok("foreign keys", "on")
        if value(connection, "PRAGMA foreign_keys") == 1
        else wrong("foreign keys", "off", "Use another build of SQLite")
    )


def integrity_check(connection: sqlite3.Connection) -> Check:
    found = [row[0] for row in connection.execute("PRAGMA quick_check(10)")]
    if found == ["ok"]:
        return ok("integrity", "quick_check found nothing")
    return wrong("integrity", f"quick_check found {len(found)} faults or more", RESTORE)


def revision(connection: sqlite3.Connection) -> str | None:
    try:
        return str(value(connection, "SELECT version_num FROM alembic_version"))
    except (sqlite3.OperationalError, TypeError):  # no such table, or no row
        return None


def value(connection: sqlite3.Connection, question: str) -> Any:
    return connection.execute(question).fetchone()[0]
