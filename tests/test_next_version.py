"""Two versions at once, while the next one is rolled out: this program beside a newer schema and a newer program's rows."""

import re
from collections.abc import Mapping

from sqlalchemy import Connection, inspect, text
from sqlalchemy.engine import make_url

from app import clock, jobs
from app.db import Database, reading, transaction
from app.jobs import Job
from app.migrate import migrate
from tests.actors import running_desk, within
from tests.clocks import count
from tests.people import ANA
from tests.test_migrations import revisions

EXPANDED = (
    "ALTER TABLE conversation ADD COLUMN mood VARCHAR(20)",
    "ALTER TABLE message ADD COLUMN weight INTEGER NOT NULL DEFAULT 0",
    "CREATE TABLE mood_ring (id INTEGER PRIMARY KEY, message_id INTEGER NOT NULL)",
    "UPDATE alembic_version SET version_num = '9999'",
)


async def execute(url: str, *statements: str) -> None:
    opened = Database(make_url(url))
    try:
        async with opened.writer.begin() as connection:
            for statement in statements:
                await connection.execute(text(statement))
    finally:
        await opened.close()


async def test_this_program_runs_on_the_schema_of_the_next_one(database_url: str) -> None:
    await execute(database_url, *EXPANDED)
    async with running_desk(database_url) as desk:
        assert (await desk.marta.get("/readyz")).json()["schema"] is True
        await desk.whatsapp.says(ANA, "Oi")
        conversation = await desk.marta.conversation_with(ANA.name)
        assert (await desk.marta.reply(conversation, "Olá, Ana!")).status_code == 200
        await desk.whatsapp.accepted(at_least=1)
    async with running_desk(database_url) as desk:  # and starts again there
        assert len(await desk.marta.bubbles(conversation)) == 2


async def test_on_an_older_schema_it_is_not_ready(database_url: str) -> None:
    async with running_desk(database_url) as desk:
        await execute(database_url, "UPDATE alembic_version SET version_num = '0000'")
        answer = await desk.marta.get("/readyz")
    assert answer.status_code == 503
    assert answer.json()["schema"] is False


async def test_an_event_of_a_kind_that_only_the_next_program_knows_has_the_page_fetched_anew(
    database_url: str,
) -> None:
    async with running_desk(database_url) as desk:
        await desk.whatsapp.says(ANA, "Oi")
        cursor = re.findall(r'data-cursor="(\d+)"', (await desk.marta.open("/")).text)[0]
        await execute(
            database_url,
            "UPDATE live_seq SET n = n + 1",
            "INSERT INTO live_event (id, at, kind, conversation_id)"
            " SELECT n, CURRENT_TIMESTAMP, 'mood_changed', (SELECT min(id) FROM conversation) FROM live_seq",
        )
        news = await desk.marta.get(f"/live/poll?c={cursor}&t=inbox&w=10")
        assert news.headers["x-live"] == "resync"
        assert int(news.headers["x-live-cursor"]) > int(cursor)
        await desk.whatsapp.says(ANA, "Tem alguém?")  # and what follows arrives as ever
        after = await desk.marta.get(f"/live/poll?c={news.headers['x-live-cursor']}&t=inbox&w=10")
        assert "Tem alguém?" in after.text


async def test_a_job_that_only_the_next_program_knows_is_left_to_it(database_url: str) -> None:
    async with running_desk(database_url, claude_enabled=True) as desk:
        async with transaction() as session:
            await jobs.enqueue(session, "read-minds", "1", run_at=clock.now())
        await desk.whatsapp.says(ANA, "Vocês abrem hoje?")

        async def all_done() -> bool:
            return await count(Job, Job.kind == "answer") == 0

        await within(60, all_done, what="the end of the known jobs")  # it goes on beside the unknown one
        async with reading() as session:
            left = (
                await session.execute(text("SELECT kind, tries FROM job WHERE kind = 'read-minds'"))
            ).all()
    assert [tuple(row) for row in left] == [("read-minds", 0)]


Columns = Mapping[
    str, Mapping[str, tuple[bool, bool]]
]  # table -> column -> (may be null, has a default of the database)


def columns_of(connection: Connection) -> Columns:
    seen = inspect(connection)
    return {
        table: {
            column["name"]: (bool(column["nullable"]), column["default"] is not None)
            for column in seen.get_columns(table)
        }
        for table in seen.get_table_names()
    }


async def columns_at(url: str, revision: str) -> Columns:
    await migrate(url, revision)
    opened = Database(make_url(url))
    try:
        async with opened.writer.begin() as connection:
            return await connection.run_sync(columns_of)
    finally:
        await opened.close()


async def test_every_migration_lets_the_program_before_it_go_on(database_url: str) -> None:
    """It only adds; and what it adds to a table that was there needs no value from a program that does not know it."""
    await migrate(database_url, "base")
    first, *later = revisions()
    before = await columns_at(database_url, first)
    for one in later:
        after = await columns_at(database_url, one)
        for table, columns in before.items():
            assert columns.keys() <= after.get(table, {}).keys(), f"{one} takes something from {table}"
            for name in after[table].keys() - columns.keys():
                may_be_null, has_default = after[table][name]
                assert may_be_null or has_default, f"{one}: {table}.{name} needs a server default"
        before = after
