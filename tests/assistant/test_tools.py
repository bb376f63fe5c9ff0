"""What Claude may do besides talking: each call is checked, and none is made behind anybody's back."""

import json
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import select

from app.accounts.models import User
from app.assistant.models import TurnState
from app.conversations.models import ConversationLabel, Label, Mode
from app.db import reading, transaction
from app.installation import Installation
from tests.assistant.shop import HANDOFF_TEXT, Shop

FRIDAY_NIGHT = datetime(2026, 11, 27, 23, 0, tzinfo=UTC)  # 20:00 in São Paulo
HOURS = dict.fromkeys(("monday", "tuesday", "wednesday", "thursday", "friday"), "09:00-18:00")


def uses(tool: str, **given: Any) -> dict[str, Any]:
    return {"steps": [{"tool": tool, "input": given}]}


def results(shop: Shop, place: int = -1) -> list[dict[str, Any]]:
    """What the tools gave back, as one request told it to Claude."""
    content: list[dict[str, Any]] = shop.asked[place].body["messages"][-1]["content"]
    return content


def offered(shop: Shop) -> list[str]:
    return [tool["name"] for tool in shop.asked[-1].body["tools"]]


async def labels_on(shop: Shop, name: str) -> list[str]:
    conversation = await shop.conversation(name)
    async with reading() as session:
        on = select(Label.name).join(ConversationLabel, ConversationLabel.label_id == Label.id)
        return list(await session.scalars(on.where(ConversationLabel.conversation_id == conversation.id)))


async def with_labels(shop: Shop, *names: str) -> None:
    async with transaction() as session:
        session.add_all(Label(name=name, colour="green") for name in names)
    await shop.changes(Installation, claude_labels=True)


async def test_only_tools_that_the_owner_gave_something_to_work_with_are_offered(shop: Shop) -> None:
    await shop.says("Ana", "Oi")
    await shop.work()
    assert offered(shop) == ["handoff"]
    await with_labels(shop, "Troca")
    await shop.changes(Installation, opening_hours=HOURS)
    await shop.says("Ana", "Tudo bem?")
    await shop.work()
    assert offered(shop) == ["opening_hours", "set_label", "handoff"]


async def test_labels_are_claudes_to_put_only_where_an_admin_allows_it(shop: Shop) -> None:
    await with_labels(shop, "Troca")
    await shop.changes(Installation, claude_labels=False)
    shop.claude_will(uses("set_label", label="Troca"), {"text": "Certo."})
    await shop.says("Ana", "Quero trocar")
    await shop.work()
    assert await labels_on(shop, "Ana") == []
    assert results(shop)[0]["is_error"]


async def test_a_label_is_put_once_on_the_customers_own_conversation(shop: Shop) -> None:
    await with_labels(shop, "Troca", "Pedido")
    await shop.says("Bia", "Oi")
    await shop.work()
    shop.claude_will(uses("set_label", label="Troca"), uses("set_label", label="Troca"), {"text": "Certo."})
    await shop.says("Ana", "Quero trocar")
    await shop.work()
    assert await labels_on(shop, "Ana") == ["Troca"]
    assert await labels_on(shop, "Bia") == []
    assert await shop.answers("Ana") == ["Certo."]
    tools = [step["tool"] for step in (await shop.turns("Ana"))[-1].steps["tools"]]
    assert tools == ["set_label", "set_label"]


async def test_what_a_tool_does_not_take_goes_back_with_the_field_and_without_the_words(shop: Shop) -> None:
    await with_labels(shop, "Troca")
    wrong: list[dict[str, Any]] = [{"label": "Segredo"}, {}, {"label": "Troca", "conversation": 7}]
    shop.claude_will(
        {"steps": [{"tool": "set_label", "input": given} for given in wrong]},
        {"steps": [{"tool": "set_label", "raw_input": "[1]"}]},
        {"text": "Certo."},
    )
    await shop.says("Ana", "Quero trocar")
    await shop.work()
    assert await labels_on(shop, "Ana") == []
    first = results(shop, 1)
    assert [result["is_error"] for result in first] == [True] * 3
    assert "label" in first[0]["content"]
    assert "Segredo" not in json.dumps(first)
    assert results(shop, 2)[0]["is_error"]


async def test_one_and_the_same_call_is_made_three_times_at_most(shop: Shop) -> None:
    await shop.changes(Installation, opening_hours=HOURS)
    shop.claude_will({"steps": [{"tool": "opening_hours", "input": {}}] * 5}, {"text": "Das 9 às 18."})
    await shop.says("Ana", "Que horas abre?")
    await shop.work()
    assert [result.get("is_error", False) for result in results(shop)] == [False] * 3 + [True] * 2


async def test_claude_can_look_when_people_are_there(shop: Shop) -> None:
    shop.clock.ahead = FRIDAY_NIGHT - datetime.now(UTC)
    await shop.changes(Installation, opening_hours=HOURS | {"closed_days": "30/11"})
    shop.claude_will(uses("opening_hours"), {"text": "Voltamos na terça."})
    await shop.says("Ana", "Que horas abre?")
    await shop.work()
    told = results(shop)[0]["content"]
    assert "segunda: 09:00-18:00" in told
    assert "sábado: fechado" in told
    assert "Agora não há gente atendendo." in told
    assert "terça-feira, 01/12, às 09:00" in told


async def test_calls_of_one_round_and_of_the_next_get_their_results_by_their_ids(shop: Shop) -> None:
    await with_labels(shop, "Troca")
    await shop.changes(Installation, opening_hours=HOURS)
    together = [
        {"tool": "set_label", "input": {"label": "Troca"}, "id": "toolu_1"},
        {"tool": "opening_hours", "input": {}, "id": "toolu_2"},
    ]
    shop.claude_will({"steps": together}, uses("opening_hours"), {"text": "Até segunda."})
    await shop.says("Ana", "Quero trocar")
    await shop.work()
    first, second = results(shop, 1), results(shop, 2)
    assert [one["tool_use_id"] for one in first] == ["toolu_1", "toolu_2"]
    assert first[0]["content"] == "Etiqueta colocada."
    assert first[1]["content"] == second[0]["content"]
    assert await shop.answers("Ana") == ["Até segunda."]


async def test_a_person_who_takes_over_between_two_steps_ends_the_turn_before_a_tool_acts(
    shop: Shop,
) -> None:
    await with_labels(shop, "Troca")
    marta = await shop.employs("Marta")
    shop.claude_will(
        {
            "steps": [
                {"text": "Um momento"},
                {"hold": True},
                {"tool": "set_label", "input": {"label": "Troca"}},
            ]
        }
    )
    await shop.says("Ana", "Quero trocar")
    shop.looks_away()
    working = shop.working()
    await shop.writing("Ana")
    await take(shop, "Ana", marta)
    shop.goes_on()
    await working
    assert await labels_on(shop, "Ana") == []
    assert await shop.answers("Ana") == []
    assert [turn.state for turn in await shop.turns("Ana")] == [TurnState.STOPPED]


async def take(shop: Shop, name: str, by: User) -> None:
    from app.conversations import handoff

    async with transaction() as session:
        conversation = await shop.conversation_in(session, name)
        await handoff.take(session, conversation, by)


async def test_a_label_that_was_put_is_not_put_again_by_a_fresh_attempt(shop: Shop) -> None:
    await with_labels(shop, "Troca")
    shop.claude_will(
        uses("set_label", label="Troca"),
        {"http_status": 529},
        uses("set_label", label="Troca"),
        {"text": "Certo."},
    )
    await shop.says("Ana", "Quero trocar")
    await shop.work()
    assert await shop.answers("Ana") == ["Certo."]
    assert await labels_on(shop, "Ana") == ["Troca"]


async def test_whoever_is_handed_over_hears_when_people_are_back_in_their_language(shop: Shop) -> None:
    shop.clock.ahead = FRIDAY_NIGHT - datetime.now(UTC)
    await shop.changes(Installation, opening_hours=HOURS)
    wish = {"reason": "asked_human", "summary": "Wants a person.", "urgency": "normal", "language": "en"}
    shop.claude_will({"steps": [{"text": "A colleague will continue."}, {"tool": "handoff", "input": wish}]})
    await shop.says("Ana", "I want a person")
    await shop.work()
    assert await shop.answers("Ana") == [
        "A colleague will continue.\n\nOur team answers again on Monday, 30/11, at 09:00."
    ]
    assert (await shop.conversation("Ana")).mode == Mode.PERSON


async def test_a_failure_tells_the_usual_wait(shop: Shop) -> None:
    await shop.changes(Installation, expected_wait_minutes=5)
    shop.claude_will({"http_status": 529, "repeat": 2})
    await shop.says("Ana", "Oi")
    await shop.work()
    assert await shop.answers("Ana") == [f"{HANDOFF_TEXT}\n\nA espera costuma ser de cerca de 5 minutos."]


async def test_the_colleague_is_told_all_that_claude_knows(shop: Shop) -> None:
    told = {
        "reason": "needs_permission",
        "summary": "Quer trocar fora do prazo.",
        "tried": "Expliquei o prazo de 30 dias.",
        "open_questions": "Qual é o número do pedido?\nTem a nota?",
        "suggested_reply": "Vou abrir uma exceção.",
        "language": "pt",
        "urgency": "high",
    }
    shop.claude_will({"steps": [{"text": "Vou chamar alguém."}, {"tool": "handoff", "input": told}]})
    await shop.says("Ana", "Posso trocar?")
    await shop.work()
    noted = (await shop.handoffs("Ana"))[0]
    assert (noted.tried, noted.questions) == (told["tried"], told["open_questions"])
    assert (noted.suggestion, noted.language, noted.urgency) == (told["suggested_reply"], "pt", "high")
    assert noted.turn_id == (await shop.turns("Ana"))[-1].id
