"""One writer: what waits is stored together, and each webhook is answered for itself."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from typing import Any

import pytest
from sqlalchemy import event, select
from sqlalchemy import text as sql

from app.conversations.models import Message
from app.db import database, reading, transaction
from app.whatsapp import intake
from app.whatsapp.models import SetAside
from tests.actors import Desk, within
from tests.people import ANA, BRUNO
from tests.whatsapp.bodies import change, contact, text, webhook, written


class Queue:
    """The writer's queue of a desk: `answers` are those of the webhooks that were posted, in that order."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self.posts: list[asyncio.Future[int | str]] = []
        self.commits = 0
        event.listen(database().writer.sync_engine, "commit", self.count)

    def count(self, connection: object) -> None:
        self.commits += 1

    @property
    def waiting(self) -> int:
        return int(self.desk.app.state.intake.waiting)

    async def gets(self, *bodies: Any) -> None:
        """One after the other; each waits in the queue before the next is posted."""
        for body in bodies:
            more = self.waiting + 1
            self.posts.append(asyncio.ensure_future(self.desk.whatsapp.posts(body)))
            await within(5, partial(self.holds, more), what="the webhook in the queue")

    def holds(self, items: int) -> bool:
        return self.waiting >= items

    async def answers(self) -> list[int | str]:
        return await asyncio.gather(*self.posts)


@asynccontextmanager
async def writer_held(desk: Desk) -> AsyncIterator[Queue]:
    """Somebody else writes while the block lasts, so that webhooks wait; the writer has already begun with a first one."""
    queue = Queue(desk)
    async with transaction() as session:
        await session.connection()  # on SQLite the one that writes
        if not database().is_sqlite:
            await session.execute(sql("LOCK TABLE journal IN EXCLUSIVE MODE"))
        first = asyncio.ensure_future(desk.whatsapp.posts(written("w-first", "Oi", ANA)))
        await within(5, lambda: desk.app.state.intake.is_storing, what="the first webhook at the writer")
        yield queue
    assert await first == 200


async def stored() -> list[str]:
    """The wamids of what is stored, in that order."""
    async with reading() as session:
        return [wamid or "" for wamid in await session.scalars(select(Message.wamid).order_by(Message.id))]


async def test_what_waits_is_stored_in_one_transaction(desk: Desk) -> None:
    names = [f"w{number}" for number in range(20)]
    async with writer_held(desk) as queue:
        await queue.gets(*(written(name, "Oi", BRUNO if name < "w2" else ANA) for name in names))
        queue.commits = 0
    assert await queue.answers() == [200] * 20
    assert await stored() == ["w-first", *names]
    assert queue.commits == 3  # the one that held it, the first webhook, and all the others


async def test_the_same_message_twice_in_one_transaction_is_stored_once(desk: Desk) -> None:
    async with writer_held(desk) as queue:
        await queue.gets(*[written("w1", "Oi", ANA)] * 3)
    assert await queue.answers() == [200] * 3
    assert await stored() == ["w-first", "w1"]


async def test_poison_in_one_webhook_spoils_none_that_waited_with_it(desk: Desk) -> None:
    poison = written("w2", "Oi grupo", ANA, group_id="120363000000000000")
    async with writer_held(desk) as queue:
        await queue.gets(written("w1", "Oi", ANA), poison, written("w3", "Olá", BRUNO))
    assert await queue.answers() == [200] * 3
    assert await stored() == ["w-first", "w1", "w3"]
    async with reading() as session:
        aside = (await session.scalars(select(SetAside.reason))).all()
    assert aside == ["a group message"]


async def test_more_than_can_be_stored_soon_is_refused_and_taken_when_it_comes_again(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(intake, "MOST_WAITING", 3)
    late = written("w4", "Ainda dá?", BRUNO)
    async with writer_held(desk) as queue:
        await queue.gets(*(written(f"w{number}", "Oi", ANA) for number in (1, 2, 3)))
        assert await desk.whatsapp.posts(late) == 503
    assert await queue.answers() == [200] * 3
    assert await desk.whatsapp.posts(late) == 200
    assert await stored() == ["w-first", "w1", "w2", "w3", "w4"]


async def test_what_happens_now_goes_before_what_comes_late(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(intake, "LARGEST_BATCH", 1)
    an_hour_ago = desk.whatsapp.world.now() - 3600
    async with writer_held(desk) as queue:
        await queue.gets(*(written(f"old{number}", "Oi", ANA, at=an_hour_ago) for number in (1, 2)))
        await queue.gets(written("now", "Agora", BRUNO))
    assert await queue.answers() == [200] * 3
    assert await stored() == ["w-first", "now", "old1", "old2"]


async def test_a_backlog_that_fills_its_share_is_refused_and_a_live_message_still_has_room(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(intake, "MOST_WAITING", 5)
    an_hour_ago = desk.whatsapp.world.now() - 3600
    olds = [written(f"old{number}", "Oi", ANA, at=an_hour_ago) for number in range(4)]
    async with writer_held(desk) as queue:
        await queue.gets(*olds[:3])
        assert await desk.whatsapp.posts(olds[3]) == 503
        await queue.gets(written("now", "Agora", BRUNO))
    assert await queue.answers() == [200] * 4
    assert await stored() == ["w-first", "now", "old0", "old1", "old2"]


async def test_a_heavy_webhook_that_comes_late_does_not_wait_for_the_end_of_live_traffic(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(intake, "LARGEST_BATCH", 1)
    an_hour_ago = desk.whatsapp.world.now() - 3600
    told = [text(f"old{number}", "Oi", ANA, at=an_hour_ago) for number in (1, 2)]
    async with writer_held(desk) as queue:
        await queue.gets(written("now1", "Agora", BRUNO), written("now2", "Agora", BRUNO))
        heavy = asyncio.ensure_future(desk.whatsapp.posts(webhook(change(*told, contacts=[contact(ANA)]))))
        await within(5, lambda: queue.holds(4), what="the heavy webhook in the queue")
    assert await queue.answers() == [200] * 2
    assert await heavy == 200
    assert await stored() == ["w-first", "now1", "old1", "old2", "now2"]


async def test_readyz_says_when_the_queue_has_no_room(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(intake, "MOST_WAITING", 0)
    answer = await desk.marta.http.get("/readyz")
    assert answer.status_code == 503
    assert [check for check, is_well in answer.json().items() if not is_well] == ["intake"]
