"""Migrations, forwards and backwards, on both engines."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text
from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import AsyncConnection

from app import migrate as migrations
from app.db import Database
from app.migrate import alembic_config, current_revision, migrate, migration_files, newest_revision
from app.models import Base
from app.settings import HOME, database_address


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def empty_database(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of an empty database, once for each engine."""
    if request.param == "postgres":
        return str(request.getfixturevalue("postgres_url"))
    return database_address(f"sqlite:///{tmp_path}/recado.db")


@asynccontextmanager
async def connected(url: str) -> AsyncIterator[AsyncConnection]:
    opened = Database(make_url(url))
    try:
        async with opened.writer.begin() as connection:
            yield connection
    finally:
        await opened.close()


async def revision(url: str) -> str | None:
    opened = Database(make_url(url))
    try:
        return await current_revision(opened)
    finally:
        await opened.close()


def revisions() -> list[str]:
    """All of them, the oldest first."""
    return [one.revision for one in ScriptDirectory.from_config(alembic_config()).walk_revisions()][::-1]


def is_told_by_the_models(name: str | None, kind: str, parents: Any) -> bool:
    """Not what search keeps for itself, in each database's own way."""
    return re.match("(message|contact|passage)_search", name or "") is None


def differences(connection: Connection) -> list[Any]:
    options = {"compare_type": True, "include_name": is_told_by_the_models}
    context = MigrationContext.configure(connection, opts=options)
    return list(compare_metadata(context, Base.metadata))


def command(url: str) -> subprocess.Popen[str]:
    """`python -m app migrate`, begun."""
    environment = dict(os.environ) | {"RECADO_ENV": "test", "DATABASE_URL": url, "SECRET_KEY": "s" * 40}
    pipe = subprocess.PIPE
    return subprocess.Popen(
        [sys.executable, "-m", "app", "migrate"],
        cwd=HOME,
        env=environment,
        stdout=pipe,
        stderr=pipe,
        text=True,
    )


async def test_every_migration_goes_up_and_down_and_up_again(empty_database: str) -> None:
    before = "base"
    for one in revisions():
        for to in (one, before, one):
            await migrate(empty_database, to)
            assert await revision(empty_database) == (None if to == "base" else to)
        before = one
    await migrate(empty_database, "base")
    async with connected(empty_database) as connection:
        left = await connection.run_sync(lambda sync: sync.dialect.get_table_names(sync))
    assert left == ["alembic_version"]


async def test_the_migrations_make_exactly_the_tables_of_the_models(empty_database: str) -> None:
    await migrate(empty_database)
    async with connected(empty_database) as connection:
        assert await connection.run_sync(differences) == []


async def test_migrating_twice_changes_nothing(empty_database: str) -> None:
    await migrate(empty_database)
    async with connected(empty_database) as connection:
        await connection.execute(text("UPDATE installation SET business_name = 'Padaria Girassol'"))
    await migrate(empty_database)
    assert await revision(empty_database) == newest_revision()
    async with connected(empty_database) as connection:
        kept = (await connection.execute(text("SELECT business_name FROM installation"))).scalars().all()
    assert kept == ["Padaria Girassol"]


async def test_two_migrations_at_once_do_not_disturb_each_other(empty_database: str) -> None:
    started = [command(empty_database) for _ in range(2)]
    told = [process.communicate(timeout=60) for process in started]
    assert [process.returncode for process in started] == [0, 0], told
    assert await revision(empty_database) == newest_revision()
    async with connected(empty_database) as connection:
        assert (await connection.execute(text("SELECT count(*) FROM live_seq"))).scalar_one() == 1


REBUILD = '''
"""Rebuild two parents"""
import sqlalchemy as sa
from alembic import op

revision, down_revision, branch_labels, depends_on = "9999", {before!r}, None, None

def upgrade() -> None:
    for table in ("contact", "conversation"):
        with op.batch_alter_table(table, recreate="auto") as batch:
            batch.add_column(sa.Column("nickname", sa.String(20), nullable=False, server_default="-"))
            batch.alter_column("created_at", existing_type=sa.DateTime(timezone=True), nullable=True)

def downgrade() -> None:
    for table in ("contact", "conversation"):
        with op.batch_alter_table(table, recreate="auto") as batch:
            batch.alter_column("created_at", existing_type=sa.DateTime(timezone=True), nullable=False)
            batch.drop_column("nickname")
'''
ROWS = (
    "INSERT INTO number (id, phone_number_id, display_phone_number, business_account_id, is_receive_only, marks_read,"
    " created_at) VALUES (1, '1', '', '', false, 'open', '2026-01-01 00:00:00')",
    "INSERT INTO contact (id, name, created_at) VALUES (1, 'Ana', '2026-01-01 00:00:00')",
    "INSERT INTO conversation (id, number_id, contact_id, mode, created_at, last_activity_at, last_position,"
    " last_inbound_position, inbound_count) VALUES (1, 1, 1, 'person', '2026-01-01 00:00:00', '2026-01-01 00:00:00',"
    " 1, 1, 1)",
    "INSERT INTO message (id, conversation_id, number_id, position, direction, author, type, body, content, sent_at,"
    " stored_at) VALUES (1, 1, 1, 1, 'in', 'contact', 'text', 'Oi', '{}', '2026-01-01 00:00:00',"
    " '2026-01-01 00:00:00')",
)


async def test_rebuilding_a_table_keeps_the_rows_that_lean_on_it(
    empty_database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await migrate(empty_database)
    async with connected(empty_database) as connection:
        for row in ROWS:
            await connection.execute(text(row))
    tomorrow = tmp_path / "migrations"
    shutil.copytree(migrations.MIGRATIONS, tomorrow)
    (tomorrow / "versions" / "9999_rebuild_two_parents.py").write_text(
        REBUILD.format(before=newest_revision())
    )
    today = newest_revision()
    monkeypatch.setattr(migrations, "MIGRATIONS", tomorrow)

    for to in ("head", today):
        await migrate(empty_database, to)
        async with connected(empty_database) as connection:
            bodies = (
                "SELECT message.body FROM message JOIN conversation ON conversation.id = message.conversation_id"
                " JOIN contact ON contact.id = conversation.contact_id"
            )
            assert (await connection.execute(text(bodies))).scalars().all() == ["Oi"]
    monkeypatch.undo()
    async with connected(empty_database) as connection:
        assert await connection.run_sync(differences) == []


def test_a_start_on_an_older_schema_stops_and_names_the_command(empty_database: str) -> None:
    environment = dict(os.environ) | {
        "RECADO_ENV": "production",
        "DATABASE_URL": empty_database,
        "SECRET_KEY": "s" * 40,
        "WHATSAPP_APP_SECRET": "a-secret",
        "WHATSAPP_VERIFY_TOKEN": "a-token",
    }
    start = [sys.executable, "-m", "uvicorn", "app.main:app", "--port", "0"]
    stopped = subprocess.run(start, cwd=HOME, env=environment, capture_output=True, text=True, timeout=60)
    assert stopped.returncode != 0
    assert "python -m app migrate" in stopped.stderr


def test_the_newest_schema_has_the_highest_number() -> None:
    """Whether a program fits a database is told by the numbers."""
    assert newest_revision() == max(path.stem.partition("_")[0] for path in migration_files())


@pytest.mark.parametrize("path", migration_files(), ids=lambda path: str(path.name))
def test_a_migration_is_named_for_its_change(path: Path) -> None:
    number, _, words = path.stem.partition("_")
    assert number.isdigit()
    assert len(number) == 4
    assert len(words.split("_")) >= 2, "a name says what changes"
    sentence = path.read_text(encoding="utf-8").split('"""')[1].strip()
    assert sentence.lower().replace(" ", "_").replace("'", "").startswith(words[:20])
