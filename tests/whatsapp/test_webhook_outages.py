"""While the database cannot take a webhook it is answered 503, and Meta's second try stores it, once."""

import asyncio
import resource
import signal
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from pathlib import Path

from sqlalchemy import text
from sqlalchemy.engine import make_url

from app.db import transaction
from tests.actors import Browser, Desk, WhatsApp
from tests.engines import only_on
from tests.people import ANA, BRUNO
from tests.postgres import connected
from tests.whatsapp.bodies import written


@asynccontextmanager
async def locked_by_another_program(database_url: str) -> AsyncIterator[None]:
    """Nobody else may write; reading goes on. A thread waits for the lock: who has it needs our loop to give it back."""
    if make_url(database_url).get_backend_name() == "sqlite":
        other = sqlite3.connect(path_of(database_url), isolation_level=None, check_same_thread=False)
        with closing(other):
            await asyncio.to_thread(other.execute, "BEGIN EXCLUSIVE")
            yield
            other.execute("ROLLBACK")
        return
    with connected(database_url) as somebody, somebody.transaction():
        tables = "LOCK TABLE journal, conversation, message, live_seq IN EXCLUSIVE MODE"
        await asyncio.to_thread(somebody.execute, tables)
        yield


def path_of(database_url: str) -> str:
    return str(make_url(database_url).database)


async def pages_allowed(pages: int) -> None:
    """Let the database's file grow to this many pages and no further, as on a full disk."""
    async with transaction() as session:
        await session.execute(text(f"PRAGMA max_page_count = {pages:d}"))


async def fill_the_disk() -> None:
    async with transaction() as session:
        pages = (await session.execute(text("PRAGMA page_count"))).scalar_one()
    await pages_allowed(pages)


async def test_a_locked_database_answers_503_and_the_redelivery_is_stored_once(
    database_url: str, marta: Browser, whatsapp: WhatsApp
) -> None:
    body = written("w1", "Consegue ler?", ANA)
    async with locked_by_another_program(database_url):
        assert await whatsapp.posts(body) == 503
        assert (await marta.open("/")).status_code == 200
        assert await marta.conversations() == {}
    assert [await whatsapp.posts(body) for _ in range(2)] == [200, 200]
    assert [(row.unread, row.preview) for row in await marta.rows()] == [(1, "Consegue ler?")]


async def test_an_answer_written_while_the_database_is_locked_is_refused_and_not_lost(
    database_url: str, marta: Browser, whatsapp: WhatsApp
) -> None:
    await whatsapp.says(ANA, "Oi")
    conversation = await marta.conversation_with(ANA.name)
    async with locked_by_another_program(database_url):
        refused = await marta.reply(conversation, "Agora não", "3f0e7c1e-6a8e-4a53-9f2a-0a4f3c1d2b00")
        assert refused.status_code == 503
        assert refused.headers["retry-after"]
        assert refused.headers["x-content-type-options"] == "nosniff"
    again = await marta.reply(conversation, "Agora não", "3f0e7c1e-6a8e-4a53-9f2a-0a4f3c1d2b00")
    assert again.status_code == 200
    assert [bubble.text for bubble in await marta.bubbles(conversation)] == ["Oi", "Agora não"]


@only_on("sqlite")
async def test_a_full_disk_answers_503_and_once_there_is_room_the_redelivery_is_stored(
    desk: Desk, marta: Browser, whatsapp: WhatsApp
) -> None:
    await whatsapp.says(ANA, "Antes")
    await fill_the_disk()
    body = written("w1", "x" * 400_000, BRUNO)
    assert await whatsapp.posts(body) == 503
    assert [row.preview for row in await marta.rows()] == ["Antes"]
    await pages_allowed(2**31)
    assert await whatsapp.posts(body) == 200
    assert {row.name for row in await marta.rows()} == {ANA.name, BRUNO.name}


def size_of(path: str) -> int:
    return Path(path).stat().st_size


@only_on("sqlite")
async def test_a_file_that_may_not_grow_answers_503_and_recovers_alone(
    database_url: str, marta: Browser, whatsapp: WhatsApp
) -> None:
    """The write fails in the file system itself, so SQLite gives up the whole transaction."""
    await whatsapp.says(ANA, "Antes")
    usual = resource.getrlimit(resource.RLIMIT_FSIZE)
    ignored = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    written_so_far = size_of(path_of(database_url) + "-wal")
    body = written("w1", "y" * 600_000, BRUNO)
    try:
        resource.setrlimit(resource.RLIMIT_FSIZE, (written_so_far + 100_000, usual[1]))
        answer = await whatsapp.posts(body)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, usual)
        signal.signal(signal.SIGXFSZ, ignored)
    assert answer == 503
    assert await whatsapp.posts(body) == 200
    assert {row.name for row in await marta.rows()} == {ANA.name, BRUNO.name}
