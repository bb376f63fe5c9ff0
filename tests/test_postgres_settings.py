"""What the program asks of a Postgres server, and what it tells each connection."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from psycopg.errors import IdleInTransactionSessionTimeout
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from app.db import close_database, is_outage, open_database, reading, transaction
from app.postgres import refuse_forgetful_server
from app.settings import HOME
from tests.actors import within
from tests.engines import only_on
from tests.postgres import connected, running_postgres

SHOWN = ("synchronous_commit", "lock_timeout", "statement_timeout", "idle_in_transaction_session_timeout")


@only_on("postgres")
async def test_every_connection_commits_to_disk_and_waits_for_nobody_for_ever(database_url: str) -> None:
    with connected(database_url) as somebody:
        assert [somebody.execute(f"SHOW {name}".encode()).fetchone() for name in SHOWN] == [
            ("off",), ("0",), ("0",), ("0",)
        ]  # fmt: skip
    open_database(database_url)
    try:
        for unit_of_work in (transaction, reading, transaction):  # a rollback must not take it back
            async with unit_of_work() as session:
                told = [(await session.execute(text(f"SHOW {name}"))).scalar_one() for name in SHOWN]
            assert told == ["on", "5s", "30s", "15s"]
    finally:
        await close_database()


@only_on("postgres")
def test_in_production_a_server_that_forgets_in_a_power_cut_stops_the_start(database_url: str) -> None:
    environment = dict(os.environ) | {
        "RECADO_ENV": "production",
        "DATABASE_URL": database_url,
        "SECRET_KEY": "s" * 40,
        "WHATSAPP_APP_SECRET": "a-secret",
        "WHATSAPP_VERIFY_TOKEN": "a-token",
    }
    start = [sys.executable, "-m", "uvicorn", "app.main:app", "--port", "0"]
    stopped = subprocess.run(start, cwd=HOME, env=environment, capture_output=True, text=True, timeout=120)
    assert stopped.returncode != 0
    assert "fsync=off" in stopped.stderr


@pytest.mark.postgres
async def test_a_server_that_writes_through_to_its_disk_is_let_in(postgres_programs: Path) -> None:
    careful = "fsync = on\nfull_page_writes = on\n"
    with running_postgres(postgres_programs, careful) as server:
        opened = open_database(server.address)
        try:
            await refuse_forgetful_server(opened.writer)
        finally:
            await close_database()


@only_on("postgres")
async def test_who_stood_still_in_a_transaction_was_hung_up_on_which_is_an_outage(database_url: str) -> None:
    open_database(database_url)
    try:
        with connected(database_url) as somebody:

            async def stand_still() -> None:
                async with transaction() as session:
                    await session.execute(text("SET LOCAL idle_in_transaction_session_timeout = '50ms'"))
                    ours = (await session.execute(text("SELECT pg_backend_pid()"))).scalar_one()
                    there = f"SELECT 1 FROM pg_stat_activity WHERE pid = {ours}".encode()  # noqa: S608
                    await within(10, lambda: somebody.execute(there).fetchone() is None, what="the hang-up")

            with pytest.raises(SQLAlchemyError) as hung_up:
                await stand_still()
        assert is_outage(hung_up.value)
        assert is_outage(IdleInTransactionSessionTimeout())  # as it comes out of a COMMIT
        async with transaction() as session:
            assert (await session.execute(text("SELECT 1"))).scalar_one() == 1
    finally:
        await close_database()
