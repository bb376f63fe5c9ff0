"""Claude's answer in several parts: once one part did not surely leave, the later ones stay here."""

from typing import Any

import pytest
from sqlalchemy import update

from app.conversations.models import Conversation, Mode
from app.db import transaction
from app.outbox.models import Delivery
from tests.actors import WhatsApp, within
from tests.clocks import count
from tests.outbox.thread import Thread, attempts, claude_answers

PARTS = ("parte um", "parte dois", "parte três")


async def test_an_answer_in_parts_leaves_in_order(ana: Thread, whatsapp: WhatsApp) -> None:
    await claude_answers(ana.id, *PARTS)
    await ana.shows(PARTS[-1], "delivered")
    assert await attempts(whatsapp) == list(PARTS)


@pytest.mark.parametrize(
    ("fault", "first"), [({"kind": "error", "code": 131026}, "failed"), ({"kind": "cut"}, "unknown")]
)
async def test_after_a_part_that_failed_or_is_unknown_the_rest_is_dropped_and_says_why(
    ana: Thread, whatsapp: WhatsApp, fault: dict[str, Any], first: str
) -> None:
    await ana.browser.post("/settings", {"locale": "en"})
    await whatsapp.breaks({**fault, "match": {"text": PARTS[1]}})
    await claude_answers(ana.id, *PARTS)
    for part, status in zip(PARTS, ("delivered", first, "failed"), strict=True):
        await ana.shows(part, status)
    assert "the part of the answer before it did not arrive" in (await ana.problems())[-1]
    assert await attempts(whatsapp) == list(PARTS[:2])


@pytest.mark.parametrize(
    ("answer", "second"),
    [([], "sent"), ([{"kind": "error", "code": 131000}], "failed")],
    ids=["accepted", "to-be-tried-again"],
)
async def test_a_part_on_its_way_is_settled_by_its_own_answer(
    ana: Thread, whatsapp: WhatsApp, answer: list[dict[str, Any]], second: str
) -> None:
    """WhatsApp reports the part before it as failed while Graph still thinks about it."""
    is_second = {"match": {"text": PARTS[1]}}
    await whatsapp.breaks(
        {"name": "no_statuses", "remaining": 2},
        {"kind": "slow", "hold": True, **is_second},
        *({**fault, **is_second} for fault in answer),
    )
    await claude_answers(ana.id, *PARTS)
    await ana.shows(PARTS[0], "sent")

    async def second_is_on_its_way() -> bool:
        return await count(Delivery, Delivery.lease_token.is_not(None)) == 1

    await within(10, second_is_on_its_way, what="the sending of the second part")
    await whatsapp.reports(await ana.wamid_of(PARTS[0]), "failed")
    assert (await ana.bubble(PARTS[1])).status == "queued"
    await whatsapp.goes_on()
    for part, status in zip(PARTS, ("failed", second, "failed"), strict=True):
        await ana.shows(part, status)
    assert await attempts(whatsapp) == list(PARTS[:2])


async def test_a_dropped_part_that_a_person_sends_is_tried_again_as_any_message(
    ana: Thread, whatsapp: WhatsApp
) -> None:
    await whatsapp.breaks({"kind": "error", "code": 131026, "match": {"text": PARTS[0]}})
    await claude_answers(ana.id, *PARTS)
    await ana.shows(PARTS[1], "failed")
    await whatsapp.breaks({"kind": "error", "code": 131000, "match": {"text": PARTS[1]}})
    assert (await ana.again(PARTS[1])).status_code == 200
    await ana.shows(PARTS[1], "delivered")
    assert await attempts(whatsapp) == [PARTS[0], PARTS[1], PARTS[1]]


async def test_a_part_that_whatsapp_confirmed_although_its_answer_was_lost_drops_nothing(
    ana: Thread, whatsapp: WhatsApp
) -> None:
    first = {"match": {"text": PARTS[0]}}
    await whatsapp.breaks({"name": "statuses_first", **first}, {"name": "drop", **first})
    await claude_answers(ana.id, *PARTS)
    for part in PARTS:
        await ana.shows(part, "delivered")


async def test_a_persons_messages_behind_it_are_not_dropped(ana: Thread, whatsapp: WhatsApp) -> None:
    await whatsapp.breaks({"kind": "error", "code": 131026, "match": {"text": PARTS[0]}})
    await claude_answers(ana.id, *PARTS)
    await ana.sends("Aqui é a Marta")
    await ana.shows("Aqui é a Marta", "delivered")
    assert await attempts(whatsapp) == [PARTS[0], "Aqui é a Marta"]


async def test_an_answer_that_whatsapp_reports_as_failed_later_calls_a_person(
    ana: Thread, whatsapp: WhatsApp
) -> None:
    async with transaction() as session:
        await session.execute(update(Conversation).values(mode=Mode.CLAUDE))
    await whatsapp.breaks("no_statuses")
    await claude_answers(ana.id, PARTS[0])
    await ana.shows(PARTS[0], "sent")
    await whatsapp.reports((await whatsapp.accepted(at_least=1))[0]["wamid"], "failed")

    async def waits_for_a_person() -> bool:
        return 'data-mode="person"' in (await ana.browser.open(f"/c/{ana.id}")).text

    await within(10, waits_for_a_person, what="the hand-over")
