"""A process dies in the middle of a turn: the customer is answered once all the same."""

import asyncio

from sqlalchemy import update

from app import jobs
from app.assistant.models import TurnState
from app.assistant.turns import LOST
from app.db import transaction
from app.jobs import Job
from app.live.events import EventKind, LiveEvent
from tests.assistant.shop import Shop, within

STALLS = {"steps": [{"text": "Deixa eu ver"}, {"stall": 60}]}


async def dies_while_writing(shop: Shop) -> None:
    working = shop.working()
    await shop.writing("Ana")
    working.cancel()
    await asyncio.gather(working, return_exceptions=True)


async def test_after_the_lease_another_worker_answers_once(shop: Shop) -> None:
    await shop.says("Ana", "Oi")
    shop.claude_will(STALLS, {"text": "Olá!"})
    await dies_while_writing(shop)
    assert await shop.claim() is None
    shop.clock.move(seconds=16)
    await shop.work()
    assert await shop.answers("Ana") == ["Olá!"]
    assert await shop.open_jobs() == 0
    turns = await shop.turns("Ana")
    assert [turn.state for turn in turns] == [TurnState.FAILED, TurnState.ANSWERED]
    assert (turns[0].failure, turns[0].draft) == (LOST, "")


async def test_a_turn_left_running_ends_when_people_have_the_conversation(shop: Shop) -> None:
    await shop.says("Ana", "Oi")
    shop.claude_will(STALLS)
    await dies_while_writing(shop)
    await shop.phone_says("Ana", "Oi, aqui é a Bia")
    shop.clock.move(seconds=16)
    await shop.work()
    assert len(shop.asked) == 1
    assert await shop.open_jobs() == 0
    assert [turn.state for turn in await shop.turns("Ana")] == [TurnState.STOPPED]


async def test_a_worker_that_lost_its_lease_is_silent(shop: Shop) -> None:
    """It was frozen for longer than its lease; another one took the job over meanwhile."""
    await shop.says("Ana", "Oi")
    shop.claude_will(STALLS, {"text": "Olá!"})
    frozen = shop.working()
    await shop.writing("Ana")
    async with transaction() as session:  # as long as this lasts, the first one cannot renew
        await session.execute(update(Job).values(tries=Job.tries))
        shop.clock.move(seconds=16)
        claim = await jobs.claim_next(session, shop.kinds)
    assert claim is not None
    await shop.handle(claim)
    await frozen
    assert await shop.answers("Ana") == ["Olá!"]
    assert [turn.state for turn in await shop.turns("Ana")] == [TurnState.FAILED, TurnState.ANSWERED]


async def test_a_long_turn_keeps_its_lease(shop: Shop) -> None:
    await shop.says("Ana", "Oi")
    shop.claude_will({"steps": [{"text": "Olá"}, *([{"pause": 0.25}, {"ping": True}] * 4), {"text": "!"}]})
    working = shop.working()
    await shop.writing("Ana")
    shop.clock.move(seconds=12)
    await within(5, lambda: leased_for(shop, 10))
    shop.clock.move(seconds=10)
    assert await shop.claim() is None
    await working
    assert await shop.answers("Ana") == ["Olá!"]


async def leased_for(shop: Shop, seconds: float) -> bool:
    async with transaction() as session:
        due = await jobs.next_run_at(session, shop.kinds)
    return due is not None and (due - shop.clock()).total_seconds() > seconds


async def test_the_draft_of_the_dead_disappears_from_the_screens(shop: Shop) -> None:
    await shop.says("Ana", "Oi")
    shop.claude_will(STALLS, {"steps": [{"text": "Olá"}, {"pause": 0.3}]})
    await dies_while_writing(shop)
    before = len(await shop.draft_events("Ana"))
    shop.clock.move(seconds=16)
    await shop.work()
    after = await shop.draft_events("Ana")
    assert after[before] is None
    events = await shop.all_of(LiveEvent, "Ana")
    assert events[-1].kind == EventKind.MESSAGE_ADDED


async def test_a_lost_lease_is_no_stop_and_the_next_worker_answers(shop: Shop) -> None:
    await shop.says("Ana", "Oi")
    shop.claude_will(STALLS, {"text": "Olá!"})
    working = shop.working()
    await shop.writing("Ana")
    await shop.changes(Job, lease_token="another worker's")
    await working
    assert await shop.answers("Ana") == []
    shop.clock.move(seconds=16)
    await shop.work()
    assert await shop.answers("Ana") == ["Olá!"]
