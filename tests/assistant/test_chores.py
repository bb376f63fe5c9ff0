"""The small jobs round Claude: a pause that ends, an answer that did not leave."""

from dataclasses import replace

from sqlalchemy import select

from app import jobs
from app.conversations import handoff, outgoing, replying
from app.conversations.models import Message, Mode
from app.db import transaction
from app.live.events import EventKind, LiveEvent
from app.outbox import settling
from app.outbox.delivery import DeliveryStatus
from app.outbox.models import Delivery
from tests.assistant.shop import Shop


async def paused(shop: Shop, minutes: int = 60) -> None:
    marta = await shop.employs(f"Marta{minutes}")
    async with transaction() as session:
        await handoff.pause(session, await shop.conversation_in(session, "Ana"), minutes, marta)


async def test_after_the_pause_claude_answers_what_came_meanwhile(shop: Shop) -> None:
    await shop.says("Ana", "Oi")
    await paused(shop)
    shop.clock.move(minutes=30)
    await shop.says("Ana", "Alguém aí?")
    await shop.work()
    assert shop.asked == []
    shop.clock.move(minutes=31)
    await shop.work()
    assert (await shop.conversation("Ana")).mode == Mode.CLAUDE
    assert len(await shop.answers("Ana")) == 1


async def test_a_pause_that_was_made_longer_ends_later(shop: Shop) -> None:
    await shop.says("Ana", "Oi")
    await paused(shop)
    await paused(shop, minutes=120)
    shop.clock.move(minutes=61)
    await shop.work()
    assert (await shop.conversation("Ana")).mode == Mode.PAUSED


async def test_whoever_took_over_during_the_pause_keeps_the_conversation(shop: Shop) -> None:
    await shop.says("Ana", "Oi")
    await paused(shop)
    await shop.phone_says("Ana", "Oi, aqui é a Bia")
    shop.clock.move(minutes=61)
    await shop.work()
    assert (await shop.conversation("Ana")).mode == Mode.PERSON


async def test_after_the_pause_people_answer_where_claude_is_switched_off(shop: Shop) -> None:
    await shop.says("Ana", "Oi")
    await paused(shop)
    off = shop.desk.settings.model_copy(update={"claude_enabled": False})
    shop.desk = replace(shop.desk, settings=off)
    shop.clock.move(minutes=61)
    await shop.work()
    assert (await shop.conversation("Ana")).mode == Mode.PERSON


async def unknown_answer(shop: Shop) -> Delivery:
    """Claude answered, and nobody knows whether it left."""
    await shop.says("Ana", "Oi")
    await shop.work()
    async with transaction() as session:
        attempt = (await session.scalars(select(Delivery))).one()
        await settling.unknown(session, attempt)
    return attempt


async def test_an_answer_that_did_not_surely_leave_calls_people_once(shop: Shop) -> None:
    await unknown_answer(shop)
    await shop.work()
    shop.clock.move(seconds=121)
    await shop.work()
    assert [noted.reason for noted in await shop.handoffs("Ana")] == ["answer_did_not_leave"]
    assert (await shop.conversation("Ana")).mode == Mode.PERSON
    assert await shop.open_jobs() == 0


async def test_two_minutes_later_the_unconfirmed_bubble_is_drawn_anew(shop: Shop) -> None:
    attempt = await unknown_answer(shop)
    await shop.work()
    before = len(await changes_of(shop, attempt))
    shop.clock.move(seconds=121)
    await shop.work()
    assert len(await changes_of(shop, attempt)) == before + 1


async def test_a_message_that_was_confirmed_meanwhile_is_left_alone(shop: Shop) -> None:
    marta = await shop.employs("Marta")
    await shop.says("Ana", "Oi")
    async with transaction() as session:
        await replying.reply(session, await shop.conversation_in(session, "Ana"), marta, outgoing.text("Olá"))
        attempt = (await session.scalars(select(Delivery))).one()
        await settling.unknown(session, attempt)
        await session.flush()
        attempt.status = DeliveryStatus.DELIVERED
    before = len(await changes_of(shop, attempt))
    shop.clock.move(seconds=121)
    await shop.work()
    assert len(await changes_of(shop, attempt)) == before
    assert await shop.handoffs("Ana") == []


async def changes_of(shop: Shop, attempt: Delivery) -> list[LiveEvent]:
    events: list[LiveEvent] = await shop.all_of(LiveEvent, "Ana")
    return [one for one in events if one.kind == EventKind.MESSAGE_CHANGED and one.ref == attempt.message_id]


async def test_jobs_of_a_conversation_that_is_gone_end_quietly(shop: Shop) -> None:
    async with transaction() as session:
        payload = {"waiting_since": shop.clock().isoformat()}
        for kind in ("answer", "resume_claude", "answer_did_not_leave", "unconfirmed"):
            await jobs.enqueue(session, kind, "999", run_at=shop.clock(), payload=payload)
    await shop.work()
    assert await shop.open_jobs() == 0
    async with transaction() as session:
        assert (await session.scalars(select(Message))).all() == []
