"""Whatever Claude's servers do: never half an answer, never a blank one, never silence."""

import asyncio
import logging
from typing import Any

import pytest

from app.assistant.claude import Claude, Patience
from app.assistant.desk import Desk
from app.assistant.models import TurnState
from app.conversations.models import Mode
from tests.assistant.shop import HANDOFF_TEXT, Shop

PASSING: dict[str, dict[str, Any]] = {
    "busy": {"name": "busy"},
    "rate_limited": {"http_status": 429},
    "broken": {"name": "broken"},
    "timeout": {"http_status": 408},
    "conflict": {"http_status": 409},
    "error_midway": {"name": "error_midway"},
    "cut_midway": {"name": "cut_midway"},
    "half_answer": {"name": "half_answer"},
    "stall": {"name": "stall"},
    "drips_for_ever": {"steps": [{"text": "a"}, *([{"pause": 0.3}, {"ping": True}] * 100)]},
    "too_long": {"name": "too_long"},
    "paused": {"text": "Um momento", "stop_reason": "pause_turn"},
    "reason_from_the_future": {"text": "Um momento", "stop_reason": "moon_phase"},
    "empty": {"steps": []},
    "blank": {"text": " \n "},
    "only_markers": {"text": "****"},
}
FOR_GOOD: dict[str, dict[str, Any]] = {
    "refusal": {"name": "refusal"},
    "refusal_midway": {"text": "Eu acho que", "stop_reason": "refusal"},
    "invalid": {"name": "invalid"},
    "unauthorized": {"name": "unauthorized"},
    "no_money": {"http_status": 402},
    "forbidden": {"http_status": 403},
    "no_such_model": {"http_status": 404},
    "too_large": {"http_status": 413},
    "spend_limit": {"http_status": 429, "error_code": "enforced_spend_limit_reached"},
    "invalid_midway": {"steps": [{"text": "Oi"}, {"error": "invalid_request_error"}]},
    "retry_in_ten_minutes": {"http_status": 529, "headers": {"retry-after": "600"}},
}


LASTING = ("stall", "drips_for_ever")


@pytest.fixture
def patience(request: pytest.FixtureRequest, patience: Patience) -> Patience:
    """A short one where it is what ends the request."""
    asked = getattr(request.node, "callspec", None)
    return Patience(read=1.5, attempt=3) if asked and asked.params.get("failure") in LASTING else patience


@pytest.mark.parametrize("failure", PASSING)
async def test_a_passing_failure_is_tried_once_more_from_scratch(shop: Shop, failure: str) -> None:
    await shop.says("Ana", "Oi")
    shop.claude_will(PASSING[failure], {"text": "Olá!"})
    await shop.work()
    assert await shop.answers("Ana") == ["Olá!"]
    turn = (await shop.turns("Ana"))[0]
    assert (turn.state, turn.attempts) == (TurnState.ANSWERED, 2)
    assert shop.asked[0].body == shop.asked[1].body


@pytest.mark.parametrize("failure", PASSING)
async def test_a_second_failure_gives_the_conversation_to_people_with_a_sentence(
    shop: Shop, failure: str
) -> None:
    await shop.says("Ana", "Oi")
    shop.claude_will(PASSING[failure], PASSING[failure])
    await shop.work()
    assert len(shop.asked) == 2
    await gave_up(shop)


@pytest.mark.parametrize("failure", FOR_GOOD)
async def test_what_trying_again_cannot_help_is_handed_over_at_once(shop: Shop, failure: str) -> None:
    await shop.says("Ana", "Oi")
    shop.claude_will(FOR_GOOD[failure])
    await shop.work()
    assert len(shop.asked) == 1
    await gave_up(shop)


async def gave_up(shop: Shop) -> None:
    """One sentence to the customer, nothing of Claude's, people called, the job done."""
    assert await shop.answers("Ana") == [HANDOFF_TEXT]
    assert (await shop.conversation("Ana")).mode == Mode.PERSON
    assert [noted.reason for noted in await shop.handoffs("Ana")] == ["claude_failed"]
    turn = (await shop.turns("Ana"))[-1]
    assert turn.state == TurnState.FAILED
    assert turn.failure
    assert turn.draft == ""
    assert await shop.open_jobs() == 0


async def test_the_wait_that_claude_asks_for_is_kept(shop: Shop) -> None:
    await shop.says("Ana", "Oi")
    shop.claude_will({"http_status": 429, "headers": {"retry-after-ms": "300"}}, {"text": "Olá!"})
    await shop.work()
    assert shop.asked[1].at - shop.asked[0].at >= 0.3
    assert await shop.answers("Ana") == ["Olá!"]


async def test_a_server_that_is_not_there_is_handed_over(shop: Shop) -> None:
    nobody = Claude(api_key="", base_url="http://127.0.0.1:9", model="any")
    shop.desk = Desk(shop.desk.settings, nobody, pace=shop.desk.pace)
    await shop.says("Ana", "Oi")
    await shop.work()
    await gave_up(shop)
    await nobody.close()


async def test_without_any_key_people_answer(shop: Shop) -> None:
    shop.desk = Desk(shop.desk.settings, Claude(api_key="", base_url="", model="any"), pace=shop.desk.pace)
    await shop.says("Ana", "Oi")
    await shop.work()
    await gave_up(shop)


async def test_a_wrong_key_is_logged_once_as_an_error_and_without_words(
    shop: Shop, caplog: pytest.LogCaptureFixture
) -> None:
    await shop.says("Ana", "Meu segredo")
    shop.claude_will({"name": "unauthorized"})
    with caplog.at_level(logging.INFO, "app"):
        await shop.work()
    errors = [record for record in caplog.records if record.levelno >= logging.ERROR]
    assert [record.__dict__["fault"] for record in errors] == ["401 authentication_error"]
    assert "segredo" not in caplog.text


async def test_the_draft_begins_anew_with_the_second_attempt(shop: Shop) -> None:
    await shop.says("Ana", "Oi")
    cut = {"steps": [{"text": "Deixa eu "}, {"hold": True}, {"cut": True}]}
    whole = {"steps": [{"text": "Olá!"}, {"hold": True}, {"text": " Tudo bem?"}]}
    shop.claude_will(cut, whole)
    working = shop.working()
    await shop.writing("Ana", "Deixa")
    shop.goes_on()
    assert "Deixa" not in (await shop.writing("Ana", "Olá!")).draft
    shop.goes_on()
    await working
    assert await shop.answers("Ana") == ["Olá! Tudo bem?"]


async def test_many_customers_at_once_do_not_mix(shop: Shop) -> None:
    names = ["Ana", "Bruno", "Carla", "Davi"]
    for name in names:
        await shop.says(name, f"Sou {name}")
        shop.claude_will({"text": f"Olá, {name}!", "match": f"Sou {name}"})
    await asyncio.gather(*(shop.work() for _ in names))
    for name in names:
        assert await shop.answers(name) == [f"Olá, {name}!"]
