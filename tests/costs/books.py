"""Calls and reports as they stand in the tables, made up for tests."""

from datetime import datetime, timedelta
from typing import Any

from app import clock
from app.assistant import ledger
from app.assistant.calls import Call
from app.assistant.models import Purpose
from app.assistant.replies import Usage
from app.conversations.models import Message
from app.db import transaction
from app.outbox.models import Delivery, DeliveryReport

HAIKU = "claude-haiku-5-5"
A_CALL = Usage(input_tokens=1000, cache_read_tokens=5000, output_tokens=200)  # 250 micro-USD


def call(usage: Usage = A_CALL, *, at: datetime | None = None, **more: Any) -> Call:
    told: dict[str, Any] = {
        "provider": "claude", "model": HAIKU, "began_at": at or clock.now(), "usage": usage, "latency_ms": 900,
        "first_token_ms": 300, "stop_reason": "end_turn", "failure": None, "request_id": "req_1",
    }  # fmt: skip
    return Call(**told | more)


async def booked(*calls: Call, conversation: int | None = None, purpose: Purpose = Purpose.ANSWER) -> None:
    async with transaction() as session:
        await ledger.book(session, calls, purpose=purpose, conversation_id=conversation)


async def arrived(
    kind: str,
    category: str,
    *,
    conversation: int,
    number: int,
    at: datetime,
    words: tuple[str, ...] = ("sent", "delivered"),
) -> None:
    """A message of ours that Meta reported on in these words, with its price in each."""
    async with transaction() as session:
        message = Message(
            conversation_id=conversation, number_id=number, direction="out", author="user", type="text", body="Oi",
            content={}, sent_at=at, stored_at=at, status="delivered",
            position=10_000 + int(at.timestamp() * 1000) % 10**9,
        )  # fmt: skip
        session.add(message)
        await session.flush()
        delivery = Delivery(
            message_id=message.id, conversation_id=conversation, number_id=number, opaque=f"o{message.id}",
            payload={}, status="delivered", created_at=at,
        )  # fmt: skip
        session.add(delivery)
        await session.flush()
        pricing = {"pricing_model": "PMP", "type": kind, "category": category}
        for place, word in enumerate(words):
            told = {"wamid": f"wamid.{message.id}", "status": word, "pricing": pricing}
            when = at + timedelta(seconds=place)
            session.add(DeliveryReport(delivery_id=delivery.id, reported_at=when, **told))
