"""Claude's answer in several parts: once one part did not surely leave, the later ones stay here."""

import asyncio
from typing import Any

import pytest

from app import clock
from app.assistant.models import Turn, TurnState
from app.conversations import replying
from app.conversations.access import conversation_for
from app.conversations.models import Author
from app.db import transaction
from app.accounts.users import by_email
from tests.actors import WhatsApp
from tests.clocks import MovingClock
from tests.outbox.thread import Thread, attempts
from tests.people import MARTA

PARTS = ("parte um", "parte dois", "parte três")


async def claude_answers(ana: Thread, *parts: str) -> None:
    """One answer of Claude, queued as its turn queues it."""
    async with transaction() as session:
        marta = await by_email(session, MARTA.email)
        assert marta is not None
        conversation = await conversation_for(session, marta, ana.id)
        turn = Turn(conversation_id=ana.id, state=TurnState.DONE, draft="", started_at=clock.now())
        session.add(turn)
        await session.flush()
        for part in parts:
            await replying.put(session, conversation, part, author=Author.CLAUDE, turn_id=turn.id)
    await asyncio.sleep(0)


async def statuses(ana: Thread) -> list[str]:
    return [(await ana.bubble(part)).status for part in PARTS]


async def test_an_answer_in_parts_leaves_in_order(ana: Thread, whatsapp: WhatsApp) -> None:
    await claude_answers(ana, *PARTS)
    await ana.shows(PARTS[-1], "delivered")
    assert await attempts(whatsapp) == list(PARTS)


@pytest.mark.parametrize(("fault", "first"), [({"kind": "error", "code": 131026}, "failed"), ({"kind": "cut"}, "unknown")])
async def test_after_a_part_that_failed_or_is_unknown_the_rest_is_dropped_and_says_why(
    ana: Thread, whatsapp: WhatsApp, fault: dict[str, Any], first: str
) -> None:
    await ana.browser.post("/settings", {"locale": "en"})
    await whatsapp.breaks({**fault, "match": {"text": PARTS[1]}})
    await claude_answers(ana, *PARTS)
    await ana.shows(PARTS[2], "failed")
    assert await statuses(ana) == ["delivered", first, "failed"]
    assert "the part of the answer before it did not arrive" in (await ana.problems())[-1]
    assert await attempts(whatsapp) == list(PARTS[:2])


async def test_a_part_that_whatsapp_confirmed_although_its_answer_was_lost_drops_nothing(
    ana: Thread, whatsapp: WhatsApp
) -> None:
    await whatsapp.breaks({"name": "statuses_first", "match": {"text": PARTS[0]}}, {"name": "drop", "match": {"text": PARTS[0]}})
    await claude_answers(ana, *PARTS)
    await ana.shows(PARTS[2], "delivered")
    assert await statuses(ana) == ["delivered"] * 3


async def test_a_persons_messages_behind_it_are_not_dropped(ana: Thread, whatsapp: WhatsApp, hand: MovingClock) -> None:
    await whatsapp.breaks({"kind": "error", "code": 131026, "match": {"text": PARTS[0]}})
    await claude_answers(ana, *PARTS)
    await ana.sends("Aqui é a Marta")
    await ana.shows("Aqui é a Marta", "delivered")
    assert await attempts(whatsapp) == [PARTS[0], "Aqui é a Marta"]
