"""A Postgres that cuts, refuses or dies: the webhook is answered 503, and what comes again is stored, once."""

import asyncio
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import select
from sqlalchemy.engine import make_url

from app.conversations.models import Message
from app.db import reading
from app.migrate import migrate
from tests.actors import Desk, WhatsApp, running_desk, within
from tests.engines import only_on
from tests.people import ANA, BRUNO, CLARA
from tests.postgres import PostgresServer, connected, one_database, running_postgres
from tests.whatsapp.bodies import written

# A server that tells of a commit long before it writes it down, unless it is asked not to.
FORGETFUL = "synchronous_commit = off\nwal_writer_delay = 10s\n"
CUSTOMERS = (ANA, BRUNO, CLARA)


@only_on("postgres")
async def test_a_connection_cut_in_the_middle_of_a_webhook_answers_503_and_the_redelivery_is_stored_once(
    database_url: str, desk: Desk, whatsapp: WhatsApp
) -> None:
    body = written("w1", "Consegue ler?", ANA)
    with connected(database_url) as somebody, somebody.transaction():
        # It has written some of it when it waits here. A thread waits for the lock: who has it needs our loop.
        await asyncio.to_thread(somebody.execute, "LOCK TABLE message IN EXCLUSIVE MODE")
        answer = asyncio.ensure_future(whatsapp.posts(body))
        cut = (
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND wait_event_type = 'Lock'"
        )
        await within(4, lambda: somebody.execute(cut.encode()).fetchone(), what="the wait for the lock")
        assert await answer == 503
    assert [await whatsapp.posts(body) for _ in range(2)] == [200, 200]
    assert [(row.unread, row.preview) for row in await desk.marta.rows()] == [(1, "Consegue ler?")]


@only_on("postgres")
async def test_a_server_that_takes_nobody_in_is_an_outage_and_nothing_needs_a_restart_when_it_does_again(
    database_url: str, desk: Desk, whatsapp: WhatsApp
) -> None:
    body, name = written("w1", "Consegue ler?", ANA), make_url(database_url).database
    with connected(str(make_url(database_url).set(database="postgres"))) as somebody:

        def let_in(allowed: bool) -> None:
            somebody.execute(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS {allowed}'.encode())

        let_in(False)
        somebody.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [name])
        assert await whatsapp.posts(body) == 503
        health = [(await desk.marta.http.get(path)).status_code for path in ("/healthz", "/readyz")]
        assert health == [200, 503]
        assert (await desk.marta.open("/")).status_code == 503
        let_in(True)
    assert [await whatsapp.posts(body) for _ in range(2)] == [200, 200]
    assert [(row.unread, row.preview) for row in await desk.marta.rows()] == [(1, "Consegue ler?")]
    assert (await desk.marta.http.get("/readyz")).status_code == 200


@pytest.fixture
def forgetful_server(postgres_programs: Path) -> Iterator[PostgresServer]:
    with running_postgres(postgres_programs, FORGETFUL) as server:
        yield server


class Load:
    """Meta and an attendant who ask again until they are answered 200, as both do."""

    def __init__(self, desk: Desk, conversation: int) -> None:
        self.desk, self.conversation = desk, conversation
        self.stored: list[str] = []
        self.refused = 0

    async def delivers(self, wamids: Sequence[str]) -> None:
        for number, wamid in enumerate(wamids):
            body = written(wamid, "Oi", CUSTOMERS[number % len(CUSTOMERS)])
            await within(60, partial(self.is_taken, body), what=wamid)
            self.stored.append(wamid)

    async def is_taken(self, body: Any) -> bool:
        answer = await self.desk.whatsapp.posts(body)
        self.refused += answer == 503
        return answer == 200

    async def answers(self, texts: Sequence[str]) -> None:
        for text in texts:
            await within(60, partial(self.is_sent, text, str(uuid4())), what=text)

    async def is_sent(self, text: str, compose_id: str) -> bool:
        return (await self.desk.marta.reply(self.conversation, text, compose_id)).status_code == 200

    async def killed(self, server: PostgresServer, *, after: int) -> None:
        """The server dies once so many messages are stored, and is back once somebody was refused."""
        await within(60, lambda: len(self.stored) >= after, what=f"{after} messages")
        await asyncio.to_thread(server.kill)
        refused = self.refused
        await within(20, lambda: self.refused > refused, what="a refusal")
        await asyncio.to_thread(server.start)


@pytest.mark.postgres
async def test_a_server_killed_under_load_loses_nothing_and_doubles_nothing(
    forgetful_server: PostgresServer,
) -> None:
    names, texts = [f"w{number}" for number in range(90)], [f"Resposta {number}" for number in range(6)]
    with one_database(forgetful_server.address) as address:
        await migrate(address)
        async with running_desk(address) as desk:
            await desk.whatsapp.says(ANA, "Oi")
            load = Load(desk, await desk.marta.conversation_with(ANA.name))
            crowd = [load.delivers(names[lane::6]) for lane in range(6)]

            async def deaths() -> None:
                for after in (20, 50):
                    await load.killed(forgetful_server, after=after)

            await asyncio.gather(*crowd, load.answers(texts), deaths())
            assert await wamids_stored() == sorted(names)
            said = [one.text for one in await desk.marta.bubbles(load.conversation) if one.author == "user"]
            assert said == texts
            left = [send["payload"]["text"]["body"] for send in await desk.whatsapp.accepted()]
            assert len(left) == len(set(left))


async def wamids_stored() -> list[str]:
    """Of the messages with a name that a test gave."""
    async with reading() as session:
        kept = await session.scalars(select(Message.wamid))
        return sorted(wamid or "" for wamid in kept if wamid and not wamid.startswith("wamid"))
