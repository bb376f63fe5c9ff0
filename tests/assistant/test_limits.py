"""When Claude may not begin: the budget, the day's answers to one person, and a key that is no longer taken."""

from datetime import UTC, datetime, timedelta

import pytest

from app.assistant import trouble
from app.assistant.budget import budget_of
from app.assistant.models import ApiCall, TurnState
from app.conversations.handoff import HandoffReason
from app.conversations.models import Mode
from app.db import reading, transaction
from app.installation import Installation, installation
from tests.assistant.shop import HANDOFF_TEXT, Shop
from tests.costs.books import booked, call

BUDGETS = {"budget_day_microusd": 500}, {"budget_month_microusd": 500}


async def declined(shop: Shop, reason: HandoffReason, name: str = "Ana") -> None:
    """People are called, the customer hears it, and Claude's server was not asked again."""
    asked = len(shop.asked)
    await shop.says(name, "Oi")
    await shop.work()
    assert len(shop.asked) == asked
    assert (await shop.answers(name))[-1] == HANDOFF_TEXT
    assert (await shop.handoffs(name))[-1].reason == reason
    assert (await shop.conversation(name)).mode == Mode.PERSON
    assert await shop.open_jobs() == 0


@pytest.mark.parametrize("limit", BUDGETS, ids=["day", "month"])
async def test_once_the_budget_is_spent_people_answer(shop: Shop, limit: dict[str, int]) -> None:
    await shop.changes(Installation, **limit)
    await shop.says("Ana", "Oi")
    await shop.work()
    assert len(shop.asked) == 1
    assert (await shop.conversation("Ana")).mode == Mode.CLAUDE
    await shop.changes(ApiCall, cost_microusd=499)
    await shop.says("Bia", "Oi")
    await shop.work()
    assert len(shop.asked) == 2
    await booked(call())
    await declined(shop, HandoffReason.BUDGET_SPENT, "Clara")


async def test_without_a_budget_nothing_is_ever_spent(shop: Shop) -> None:
    await booked(*[call()] * 50)
    async with reading() as session:
        budget = await budget_of(session, await installation(session), shop.desk.settings.zone)
    assert (budget.percent, budget.is_spent) == (0, False)


async def test_a_new_day_and_a_new_month_begin_with_nothing_spent(shop: Shop) -> None:
    await shop.changes(Installation, budget_day_microusd=500, budget_month_microusd=600)
    zone = shop.desk.settings.zone
    middle = datetime(2026, 12, 15, 15, tzinfo=UTC)
    shop.clock.ahead = middle - datetime.now(UTC)
    await booked(call(), call())

    async def percent() -> int:
        async with reading() as session:
            return (await budget_of(session, await installation(session), zone)).percent

    assert await percent() == 100  # of the day
    shop.clock.move(days=1)
    assert await percent() == 83  # of the month
    shop.clock.move(days=30)
    assert await percent() == 0


async def test_a_budget_of_nothing_is_spent_from_the_start(shop: Shop) -> None:
    await shop.changes(Installation, budget_day_microusd=0)
    await declined(shop, HandoffReason.BUDGET_SPENT)


async def test_nobody_is_answered_by_claude_more_often_than_a_day_allows(shop: Shop) -> None:
    await shop.changes(Installation, answers_per_day=2)
    for words in ("Oi", "Tudo bem?"):
        await shop.says("Ana", words)
        await shop.work()
    await declined(shop, HandoffReason.TOO_MANY_ANSWERS)
    await shop.says("Bia", "Oi")
    await shop.work()
    assert (await shop.conversation("Bia")).mode == Mode.CLAUDE  # others are answered
    shop.clock.move(days=1)
    await shop.says("Davi", "Oi")
    await shop.work()
    assert (await shop.turns("Davi"))[-1].state == TurnState.ANSWERED


REFUSALS = (
    {"name": "unauthorized"},
    {"http_status": 402},
    {"http_status": 403},
    {"http_status": 429, "error_code": "enforced_spend_limit_reached"},
)


@pytest.mark.parametrize("refusal", REFUSALS, ids=["key", "money", "permission", "spend limit"])
async def test_after_a_key_was_refused_people_answer_without_another_call(
    shop: Shop, refusal: dict[str, object]
) -> None:
    await shop.says("Ana", "Oi")
    shop.claude_will(refusal)
    await shop.work()
    assert (await shop.handoffs("Ana"))[-1].reason == HandoffReason.CLAUDE_FAILED
    await declined(shop, HandoffReason.CLAUDE_FAILED, "Bia")
    async with transaction() as session:
        here = await installation(session)
        assert here.claude_trouble is not None
        assert here.claude_trouble_at is not None
        assert shop.clock() - here.claude_trouble_at < timedelta(minutes=1)
        await trouble.clear(session)
    await shop.says("Clara", "Oi")
    await shop.work()
    assert (await shop.turns("Clara"))[-1].state == TurnState.ANSWERED


@pytest.mark.parametrize("failure", [{"name": "invalid"}, {"http_status": 404}, {"name": "refusal"}])
async def test_what_concerns_one_request_alone_switches_nothing_off(
    shop: Shop, failure: dict[str, object]
) -> None:
    await shop.says("Ana", "Oi")
    shop.claude_will(failure)
    await shop.work()
    await shop.says("Bia", "Oi")
    await shop.work()
    assert (await shop.turns("Bia"))[-1].state == TurnState.ANSWERED
