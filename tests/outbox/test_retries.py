"""A message that certainly did not leave is tried again, ever more slowly, for an hour; meanwhile order is kept."""

import asyncio
from functools import partial

import pytest
from sqlalchemy import text

from app.db import transaction
from app.outbox import queue
from app.outbox.models import Delivery
from app.outbox.pace import Pace
from tests.actors import Browser, Desk, WhatsApp, running_desk, within
from tests.clocks import MovingClock, count
from tests.outbox.thread import Thread, attempts, thread_with
from tests.people import ANA, BRUNO
from tests.whatsapp.bodies import written


async def waiting(*, tries: int) -> bool:
    """Whether one delivery waits for its next try after that many."""
    return await count(Delivery, Delivery.tries == tries, Delivery.lease_token.is_(None)) == 1


async def test_retry_after_is_obeyed(ana: Thread, whatsapp: WhatsApp, hand: MovingClock) -> None:
    await whatsapp.breaks({"name": "throttle", "headers": {"Retry-After": "600"}})
    await ana.sends("Calma")
    await within(20, lambda: waiting(tries=1), what="the first try")
    for _ in range(3):
        hand.move(seconds=190)
        await whatsapp.says(ANA, "e aí?")  # the desk is at work meanwhile
    assert await attempts(whatsapp) == ["Calma"]
    hand.move(seconds=60)
    await ana.shows("Calma", "delivered")


async def test_waits_grow_and_after_an_hour_it_failed(
    ana: Thread, whatsapp: WhatsApp, hand: MovingClock
) -> None:
    await ana.browser.post("/settings", {"locale": "en"})
    await whatsapp.breaks({"kind": "error", "code": 131000, "remaining": 1000})
    await ana.sends("Insiste")
    for tries in range(1, 6):
        await within(20, partial(waiting, tries=tries), what=f"the end of try {tries}")
        async with transaction() as session:
            [due] = (await queue.next_due(session)).tries.values()
        ahead = (due - hand()).total_seconds()
        assert 2 ** (tries - 1) - 1.5 < ahead <= 1.5 * 2 ** (tries - 1)
        hand.move(seconds=ahead + 0.1)
    hand.move(minutes=50)
    await within(20, lambda: waiting(tries=6), what="the sixth try")
    assert (await ana.bubble("Insiste")).status == "queued"
    hand.move(minutes=10)
    await ana.shows("Insiste", "failed")
    assert "did not take this message in time. Try again." in (await ana.problems())[0]
    tried = len(await attempts(whatsapp))
    hand.move(hours=5)
    await within(20, outbox_is_empty, what="an empty outbox")
    assert len(await attempts(whatsapp)) == tried


async def outbox_is_empty() -> bool:
    async with transaction() as session:
        return await queue.next_due(session) == queue.Due(None, {})


async def test_without_a_connection_it_is_tried_for_an_hour_and_then_failed_in_words(
    database_url: str, hand: MovingClock
) -> None:
    async with running_desk(database_url, whatsapp_api_url="http://127.0.0.1:9") as desk:
        await desk.marta.post("/settings", {"locale": "en"})
        assert await desk.whatsapp.posts(written("w1", "Oi", ANA)) == 200
        thread = Thread(await desk.marta.conversation_with(ANA.name), desk.marta, desk.whatsapp)
        await thread.sends("Alô?")
        await within(20, lambda: waiting(tries=1), what="the first try")
        assert (await thread.bubble("Alô?")).status == "queued"
        hand.move(minutes=61)
        await thread.shows("Alô?", "failed")
        assert "WhatsApp could not be reached for an hour." in (await thread.problems())[0]


async def test_a_message_being_retried_holds_those_behind_it_and_no_other_conversation(
    marta: Browser, ana: Thread, whatsapp: WhatsApp, hand: MovingClock
) -> None:
    bruno = await thread_with(marta, whatsapp, BRUNO)
    await whatsapp.breaks({"name": "pair_rate", "match": {"text": "um"}, "headers": {"Retry-After": "300"}})
    await ana.sends("um")
    await within(20, lambda: waiting(tries=1), what="the first try")
    await ana.sends("dois")
    await ana.sends("três")
    await bruno.sends("para Bruno")
    await bruno.shows("para Bruno", "delivered")
    assert [(await ana.bubble(text)).status for text in ("um", "dois", "três")] == ["queued"] * 3

    hand.move(seconds=301)
    await ana.shows("três", "delivered")
    assert await attempts(whatsapp) == ["um", "para Bruno", "um", "dois", "três"]


@pytest.mark.parametrize("fault", [{"kind": "error", "code": 131026}, {"kind": "cut"}])
async def test_a_failed_or_unknown_message_holds_nothing(
    ana: Thread, whatsapp: WhatsApp, fault: dict[str, str]
) -> None:
    await whatsapp.breaks({**fault, "match": {"text": "um"}})
    await ana.sends("um")
    await ana.sends("dois")
    await ana.shows("dois", "delivered")
    assert (await ana.bubble("um")).status in ("failed", "unknown")


async def test_each_conversation_keeps_its_order_while_many_are_answered_at_once(
    desk: Desk, whatsapp: WhatsApp
) -> None:
    paths: dict[int, str] = {}
    for number in range(4):
        await whatsapp.control("POST", "/messages", customer=f"551190000100{number}", text="oi", timeout=10)
    for row in await desk.marta.rows():
        paths[row.id] = row.name
    await whatsapp.breaks(*({"name": "slow", "seconds": (7 * step % 5) / 50} for step in range(20)))
    for step in range(5):
        await asyncio.gather(
            *(desk.marta.reply(conversation, f"{conversation}:{step}") for conversation in paths)
        )
    sends = await whatsapp.accepted(at_least=20)
    for conversation in paths:
        bodies = [send["payload"]["text"]["body"] for send in sends]
        ours = [body for body in bodies if body.startswith(f"{conversation}:")]
        assert ours == [f"{conversation}:{step}" for step in range(5)]
    assert len(paths) == 4


async def test_a_claim_whose_sender_died_becomes_unknown_and_is_not_sent_again(
    ana: Thread, whatsapp: WhatsApp, hand: MovingClock
) -> None:
    await whatsapp.breaks({"name": "throttle", "headers": {"Retry-After": "30"}})
    await ana.sends("Perdida")
    await within(20, lambda: waiting(tries=1), what="the first try")
    async with transaction() as session:
        await session.execute(text("UPDATE live_seq SET n = n"))  # SQLite's only writer
        [number] = (await queue.next_due(session)).tries
        await queue.pace_of(session, number)  # on Postgres, too, nobody else claims before we did
        hand.move(seconds=31)  # it falls due: another process claims it, and dies before it sends
        claims = await queue.claim(session, number, Pace.per_second(80), 10)
    assert len(claims) == 1
    hand.move(seconds=16)
    await ana.shows("Perdida", "unknown")
    assert await attempts(whatsapp) == ["Perdida"]
