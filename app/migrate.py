"""Brings the database to the schema of this code, or says how far it is from it."""

from functools import cache
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, text
from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from app.db import Database
from app.settings import HOME, WrongSettings
from app.sqlite import sqlite_engine

MIGRATIONS = HOME / "migrations"
ADVISORY_LOCK = 726_265_001  # one migration at a time on Postgres


def alembic_config(connection: Connection | None = None) -> Any:
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config


@cache
def newest_revision() -> str:
    """The revision that this code is written for; reading all migrations takes Alembic 30 ms."""
    from alembic.script import ScriptDirectory

    head = ScriptDirectory.from_config(alembic_config()).get_current_head()
    return head or ""


async def migrate(database_url: str, to: str = "head") -> None:
    """Upgrade (or, to an older revision, downgrade) in one transaction; another migration at the same time waits."""
    url = make_url(database_url)
    is_sqlite = url.get_backend_name() == "sqlite"
    engine = sqlite_engine(url, writes=True) if is_sqlite else create_async_engine(url, poolclass=NullPool)
    if is_sqlite:
        allow_table_rebuilds(engine)
    try:
        async with engine.begin() as connection:
            if not is_sqlite:
                await connection.execute(text(f"SELECT pg_advisory_xact_lock({ADVISORY_LOCK})"))
            await connection.run_sync(run, to)
            if is_sqlite:
                broken = (await connection.execute(text("PRAGMA foreign_key_check"))).all()
                if broken:
                    raise RuntimeError(
                        f"the migration would break {len(broken)} references; nothing was changed"
                    )
    finally:
        await engine.dispose()


def allow_table_rebuilds(engine: Any) -> None:
    """With foreign keys on, rebuilding a parent table would delete its children: SQLite's pragma must go first."""
    from sqlalchemy import event

    @event.listens_for(engine.sync_engine, "connect")
    def prepare(connection: Any, record: Any) -> None:
        connection.execute("PRAGMA foreign_keys=OFF")
        connection.execute("PRAGMA wal_autocheckpoint=0")  # beside a running program, which alone does that


def run(connection: Connection, to: str) -> None:
    from alembic import command
    from alembic.script import ScriptDirectory

    config = alembic_config(connection)
    known = [script.revision for script in ScriptDirectory.from_config(config).walk_revisions()]
    current = current_revision_of(connection)
    goes_down = to == "base" or (to in known and current in known and known.index(to) > known.index(current))
    (command.downgrade if goes_down else command.upgrade)(config, to)


def current_revision_of(connection: Connection) -> str | None:
    from alembic.runtime.migration import MigrationContext

    return MigrationContext.configure(connection).get_current_revision()


async def current_revision(database: Database) -> str | None:
    """The schema's revision; None for an empty database."""
    async with database.reader.connect() as connection:
        return await connection.run_sync(current_revision_of)


async def fits(database: Database) -> bool:
    """Whether this program can run on the database's schema: its own, or a newer one.

    Migrations expand before they contract, so the program before a migration runs on: while a new version is rolled out
    both do, and the old one may even have to start again.
    """
    current = await current_revision(database)
    return current is not None and current.isdigit() and int(current) >= int(newest_revision())


async def refuse_older_schema(database: Database) -> None:
    """In production nothing but `migrate` changes the schema: on an older one the start stops and says so."""
    if not await fits(database):
        raise WrongSettings(
            "The database has another schema than this program: run `python -m app migrate` first."
        )


def migration_files() -> list[Path]:
    return sorted((MIGRATIONS / "versions").glob("*.py"))
