"""The same news in every order, many times at once, and with poison among it: the end is always the same."""

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from contextlib import suppress
from itertools import permutations
from random import Random
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app import clock
from app.assistant.schedule import ANSWER
from app.conversations import outgoing, replying
from app.conversations.models import Author, Conversation, Message
from app.db import close_database, open_database, reading, transaction
from app.jobs import Job
from app.live.events import EventKind, LiveEvent
from app.outbox import settling
from app.outbox.delivery import DeliveryStatus
from app.outbox.models import Delivery, DeliveryReport
from app.outbox.queue import Claim, Lease
from app.simulator.config import SimulatorConfig
from app.whatsapp.intake import Intake
from app.whatsapp.models import SetAside
from app.whatsapp.numbers import ensure_first
from tests.actors import running_desk, settings_for
from tests.clocks import count
from tests.people import ANA, Customer
from tests.whatsapp.bodies import change, contact, status, text, webhook, written

SEED = 20261121
WORDS = ["sent", "delivered", "read", "played", "failed"]
SEVEN = [*WORDS, "sent", "warning"]  # one twice, and a word that we do not know


class Door:
    """The intake without its HTTP: bodies in, each durable when `take` returns."""

    def __init__(self, intake: Intake) -> None:
        self.intake = intake

    async def takes(self, body: Any) -> None:
        await self.intake.take(json.dumps(body).encode())


@pytest.fixture
async def door(database_url: str) -> AsyncIterator[Door]:
    config = SimulatorConfig("http://127.0.0.1:9/", "secret", "verify")
    usual = settings_for(database_url, "http://127.0.0.1:9", config, {})
    open_database(usual.database_url)
    async with transaction() as session:
        await ensure_first(session, usual)
    intake = Intake(usual)
    running = asyncio.create_task(intake.run())
    yield Door(intake)
    running.cancel()
    with suppress(asyncio.CancelledError):
        await running
    await close_database()


async def conversation(door: Door, customer: Customer = ANA) -> Conversation:
    await door.takes(written(str(uuid4()), "Oi", customer))
    async with reading() as session:
        newest = select(Conversation).order_by(Conversation.id.desc()).limit(1)
        return (await session.scalars(newest)).one()


async def accepts(session: AsyncSession, delivery_id: int) -> None:
    """What the sender writes down when Graph has taken this delivery."""
    claim = Claim(delivery_id, 0, "", "", {}, clock.now(), Lease.begun())
    await settling.accepted(session, claim, f"out{delivery_id}")


async def queued(conversation: Conversation, many: int) -> list[int]:
    """That many messages of ours, stored and not yet sent; the ids of their deliveries."""
    async with transaction() as session:
        for number in range(many):
            await replying.put(session, conversation, outgoing.text(f"Resposta {number}"), author=Author.USER)
    async with reading() as session:
        return list((await session.scalars(select(Delivery.id).order_by(Delivery.id))).all())


def expected(words: Sequence[str]) -> DeliveryStatus:
    """By hand, not by the code under test: what stands furthest down the list that PRODUCT gives."""
    rising = ["sent", "failed", "delivered", "read", "played"]
    return DeliveryStatus(max((word for word in words if word in rising), key=rising.index))


def test_all_5040_orders_of_seven_reports_end_in_the_same_tick() -> None:
    for order in permutations(DeliveryStatus):
        shown = DeliveryStatus.QUEUED
        for reported in order:
            before, shown = shown, shown.after(reported)
            assert shown.after(before) is shown  # never down
        assert shown is DeliveryStatus.PLAYED


def test_ten_thousand_random_rows_of_reports_end_where_the_furthest_is() -> None:
    chance = Random(SEED)
    for _ in range(10_000):
        row = [chance.choice(WORDS) for _ in range(chance.randint(1, 12))]
        shown = DeliveryStatus.SENT
        for word in row:
            shown = shown.after(DeliveryStatus(word))
        assert shown is expected(["sent", *row]), row


async def test_through_the_database_too_whatever_the_order_and_however_often(door: Door) -> None:
    chance = Random(SEED)
    orders = chance.sample(list(permutations(SEVEN)), 60)
    orders += [tuple(chance.choices(WORDS, k=chance.randint(1, 9))) for _ in range(60)]
    ids = await queued(await conversation(door), len(orders))
    async with transaction() as session:
        for delivery_id in ids:
            await accepts(session, delivery_id)
    reports = [
        status(f"out{delivery_id}", word)
        for delivery_id, order in zip(ids, orders, strict=True)
        for word in order
    ]
    for start in range(0, len(reports), 200):
        await door.takes(webhook(change(statuses=reports[start : start + 200])))
    await door.takes(webhook(change(statuses=reports[:100])))  # and again
    async with reading() as session:
        rows = (
            await session.execute(select(Delivery.id, Delivery.status, Message.status).join(Message))
        ).all()
    ended = {row[0]: (row[1], row[2]) for row in rows}
    for delivery_id, order in zip(ids, orders, strict=True):
        assert ended[delivery_id] == (expected(["sent", *order]), expected(["sent", *order])), order
    assert await count(DeliveryReport) == sum(len(set(order)) for order in orders)


async def test_every_interleaving_of_a_sends_answer_and_its_reports_ends_alike(door: Door) -> None:
    """The answer may be lost, late or first; reports know our mark, or only WhatsApp's id."""
    orders = list(permutations(("answer", "sent", "delivered", "read")))
    ids = await queued(await conversation(door), 2 * len(orders))
    async with reading() as session:
        marked = await session.execute(select(Delivery.id, Delivery.opaque))
        marks = {row.id: row.opaque for row in marked}
    for place, delivery_id in enumerate(ids):
        order, has_mark = orders[place // 2], place % 2
        for step in order:
            if step == "answer":
                async with transaction() as session:
                    await accepts(session, delivery_id)
            else:
                mark = {"biz_opaque_callback_data": marks[delivery_id]} if has_mark else {}
                await door.takes(webhook(change(statuses=[status(f"out{delivery_id}", step, **mark)])))
    async with reading() as session:
        told = select(Delivery.status, Message.status, Message.wamid).join(Message)
        found = (await session.execute(told)).all()
    assert len(found) == 48
    assert {(row[0], row[1]) for row in found} == {("read", "read")}
    assert {row[2] for row in found} == {f"out{delivery_id}" for delivery_id in ids}


ROUNDS, COPIES = 50, 32


async def test_a_webhook_that_comes_32_times_at_once_is_one_message_one_job_and_one_event(
    database_url: str,
) -> None:
    async with running_desk(database_url, claude_enabled=True, claude_wait_seconds=300) as desk:
        for number in range(ROUNDS):
            customer = Customer(f"Cliente {number}", wa_id=f"551190001{number:04d}")
            body = written(f"w{number}", "Oi", customer)
            answers = await asyncio.gather(*(desk.whatsapp.posts(body) for _ in range(COPIES)))
            assert set(answers) == {200}, number
        assert await count(Message) == ROUNDS
        assert await count(Job, Job.kind == ANSWER) == ROUNDS
        assert await count(Job, Job.kind == ANSWER, Job.wanted == 1) == ROUNDS
        assert await count(LiveEvent, LiveEvent.kind == EventKind.MESSAGE_ADDED) == ROUNDS


POISON: dict[str, Any] = {
    "no id": {"from": "5511900000101", "type": "text", "text": {"body": "x"}},
    "no object": ["x"],
    "of a group": text("g", "x", ANA, group_id="1"),
    "nobody": {"id": "n", "type": "text", "text": {"body": "x"}},
    "about nothing": text("r", "", ANA) | {"type": "reaction", "reaction": {"emoji": "x"}},
}


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(batch=some.lists(some.sampled_from(["good", "good", *POISON]), min_size=1, max_size=12))
async def test_poison_among_a_batch_costs_nothing_beside_it_and_is_set_aside(
    door: Door, batch: list[str]
) -> None:
    run = uuid4().hex
    told = [
        text(f"{run}:{place}", "bom", ANA) if kind == "good" else POISON[kind]
        for place, kind in enumerate(batch)
    ]
    aside = await count(SetAside)
    await door.takes(webhook(change(*told, contacts=[contact(ANA)] if "nobody" not in batch else [])))
    stored = await count(Message, Message.wamid.like(f"{run}:%"))
    assert stored == batch.count("good")
    assert await count(SetAside) == aside + len(batch) - batch.count("good")
