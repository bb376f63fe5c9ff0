"""Several connections write at once on Postgres: a double click is still one message."""

import asyncio

import pytest

from app.migrate import migrate
from tests.actors import running_desk
from tests.outbox.thread import thread_with
from tests.people import ANA

pytestmark = [pytest.mark.postgres, pytest.mark.xdist_group("postgres")]


async def test_a_double_click_sends_once_and_every_answer_brings_the_bubble(postgres_url: str) -> None:
    await migrate(postgres_url)
    async with running_desk(postgres_url) as desk:
        ana = await thread_with(desk.marta, desk.whatsapp, ANA)
        compose_id = "9a1fd1de-27b5-4a1e-8b0c-9be3a7a0d001"
        answers = await asyncio.gather(
            *(desk.marta.reply(ana.id, "Clique duplo", compose_id) for _ in range(8))
        )
        assert [answer.status_code for answer in answers] == [200] * 8
        await ana.shows("Clique duplo", "delivered")
        assert len(await desk.whatsapp.accepted()) == 1
