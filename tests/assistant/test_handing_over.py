"""Claude calls a person: by its tool, or by a rule."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from app.assistant.farewell import HANDOFF_TEXT as DEFAULT
from app.assistant.models import TurnState
from app.conversations.models import Mode
from app.i18n import _
from app.installation import Installation
from app.live.events import EventKind, LiveEvent
from app.whatsapp.models import Number
from tests.assistant.shop import HANDOFF_TEXT, Shop

WISH = {"reason": "angry", "summary": "Quer o dinheiro de volta.", "urgency": "high"}


async def test_claude_says_so_and_the_conversation_is_the_peoples(shop: Shop) -> None:
    await shop.says("Ana", "Quero falar com uma pessoa")
    shop.claude_will({"steps": [{"text": "Claro, vou chamar alguém."}, {"tool": "handoff", "input": WISH}]})
    await shop.work()
    assert await shop.answers("Ana") == ["Claro, vou chamar alguém."]
    assert (await shop.conversation("Ana")).mode == Mode.PERSON
    noted = (await shop.handoffs("Ana"))[0]
    assert (noted.reason, noted.summary, noted.urgency) == ("angry", "Quer o dinheiro de volta.", "high")
    assert [turn.state for turn in await shop.turns("Ana")] == [TurnState.HANDED_OVER]
    called = [event for event in await shop.all_of(LiveEvent, "Ana") if event.kind == EventKind.HANDED_OVER]
    assert [event.ref for event in called] == [noted.id]
    assert len(shop.asked) == 1


async def test_a_silent_hand_over_gets_the_owners_sentence(shop: Shop) -> None:
    await shop.says("Ana", "Quero falar com uma pessoa")
    shop.claude_will({"steps": [{"tool": "handoff", "input": WISH}]})
    await shop.work()
    assert await shop.answers("Ana") == [HANDOFF_TEXT]


async def test_without_an_owners_sentence_there_is_ours(shop: Shop) -> None:
    await shop.changes(Installation, handoff_text=" ")
    await shop.says("Ana", "Quero falar com uma pessoa")
    shop.claude_will({"steps": [{"tool": "handoff", "input": WISH}]})
    await shop.work()
    assert await shop.answers("Ana") == [_(DEFAULT)]


@pytest.mark.parametrize(
    "call",
    [
        {"raw_input": '{"reason": "asked'},
        {"raw_input": "[1, 2]"},
        {"raw_input": ""},
        {"input": {"reason": "bored", "summary": 7, "urgency": "yesterday"}},
        {"input": {"reason": ["angry"], "summary": None, "urgency": {}}},
    ],
)
async def test_a_broken_call_is_still_a_hand_over(shop: Shop, call: dict[str, Any]) -> None:
    await shop.says("Ana", "Quero falar com uma pessoa")
    shop.claude_will({"steps": [{"text": "Vou chamar alguém."}, {"tool": "handoff", **call}]})
    await shop.work()
    assert await shop.answers("Ana") == ["Vou chamar alguém."]
    noted = (await shop.handoffs("Ana"))[0]
    assert (noted.reason, noted.summary, noted.urgency) == ("other", "", "normal")


async def test_an_unknown_tool_is_told_and_claude_goes_on(shop: Shop) -> None:
    await shop.says("Ana", "Oi")
    thinking = {"thinking": "Vou ver o pedido."}
    shop.claude_will(
        {
            "steps": [
                thinking,
                {"text": "Um momento."},
                {"tool": "get_order", "input": {"id": 1}},
                {"tool": "fly"},
            ]
        },
        {"text": "Não achei o pedido."},
    )
    await shop.work()
    assert await shop.answers("Ana") == ["Um momento.\n\nNão achei o pedido."]
    asked, given = shop.asked[1].body["messages"][-2:]
    assert [block["type"] for block in asked["content"]] == ["thinking", "text", "tool_use", "tool_use"]
    assert [block["is_error"] for block in given["content"]] == [True, True]


async def test_tools_for_ever_end_in_a_hand_over(shop: Shop) -> None:
    await shop.says("Ana", "Oi")
    shop.claude_will({"steps": [{"tool": "get_order"}], "repeat": 100})
    await shop.work()
    assert len(shop.asked) == 6
    assert await shop.answers("Ana") == [HANDOFF_TEXT]
    assert [noted.reason for noted in await shop.handoffs("Ana")] == ["claude_failed"]


async def test_a_message_older_than_an_hour_is_the_peoples_and_nothing_is_said(shop: Shop) -> None:
    await shop.says("Ana", "Oi", ago=timedelta(minutes=61))
    await shop.work()
    assert shop.asked == []
    assert await shop.answers("Ana") == []
    assert [noted.reason for noted in await shop.handoffs("Ana")] == ["too_old"]
    assert await shop.open_jobs() == 0


async def test_a_message_of_59_minutes_ago_is_answered(shop: Shop) -> None:
    await shop.says("Ana", "Oi", ago=timedelta(minutes=59))
    await shop.work()
    assert len(await shop.answers("Ana")) == 1


async def test_an_answer_that_took_past_the_hour_is_not_sent(shop: Shop) -> None:
    await shop.says("Ana", "Oi", ago=timedelta(minutes=59))
    shop.claude_will({"steps": [{"text": "Olá"}, {"hold": True}, {"text": "!"}]})
    working = shop.working()
    await shop.writing("Ana")
    shop.clock.move(minutes=2)
    shop.goes_on()
    await working
    assert await shop.answers("Ana") == []
    assert [noted.reason for noted in await shop.handoffs("Ana")] == ["too_old"]


async def test_where_claude_is_switched_off_people_are_called(shop: Shop) -> None:
    await shop.says("Ana", "Oi")
    off = shop.desk.settings.model_copy(update={"claude_enabled": False})
    shop.desk = replace(shop.desk, settings=off)
    await shop.work()
    assert shop.asked == []
    assert (await shop.conversation("Ana")).mode == Mode.PERSON
    assert len(await shop.handoffs("Ana")) == 1


async def test_an_answer_that_can_no_longer_be_sent_calls_people(shop: Shop) -> None:
    await shop.says("Ana", "Oi")
    shop.claude_will({"steps": [{"text": "Olá"}, {"hold": True}, {"text": "!"}]})
    working = shop.working()
    await shop.writing("Ana")
    await shop.changes(Number, is_receive_only=True)
    shop.goes_on()
    await working
    assert await shop.answers("Ana") == []
    assert [noted.reason for noted in await shop.handoffs("Ana")] == ["answer_did_not_leave"]
