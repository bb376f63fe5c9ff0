"""Which model serves which purpose."""

import pytest

from app.assistant.choices import Choice, choose, chosen
from app.assistant.claude import Claude, thinking
from app.assistant.models import ModelChoice, Purpose
from app.db import reading, transaction
from tests.assistant.shop import Shop


async def test_the_chosen_model_answers_and_stands_in_the_ledger(shop: Shop) -> None:
    provider = shop.desk.provider
    async with transaction() as session:
        await choose(session, Purpose.ANSWER, Choice("claude-sonnet-5-5", "medium"), provider)
    await shop.says("Ana", "Oi")
    await shop.work()
    assert shop.asked[-1].body["model"] == "claude-sonnet-5-5"
    (row,) = await shop.calls("Ana")
    assert row.model == (await shop.turns("Ana"))[0].model == "claude-sonnet-5-5"


async def test_without_a_choice_the_environments_model_answers_and_help_gets_a_better_one(shop: Shop) -> None:
    full = Claude(api_key="x", base_url="", model="claude-haiku-5-5")
    other = Claude(api_key="", base_url="http://x.test", model="gemma4")
    async with reading() as session:
        assert await chosen(session, Purpose.ANSWER, full) == Choice("claude-haiku-5-5", "low")
        assert await chosen(session, Purpose.HELP, full) == Choice("claude-sonnet-5-5", "low")
        assert await chosen(session, Purpose.JUDGE, full) == Choice("claude-haiku-5-5", "none")
        assert {(await chosen(session, purpose, other)).model for purpose in Purpose} == {"gemma4"}


async def test_choosing_what_is_proposed_keeps_nothing(shop: Shop) -> None:
    provider = shop.desk.provider
    usual = Choice(provider.model, "low")
    async with transaction() as session:
        for wanted in (Choice("a", "high"), Choice("b", "max"), usual, usual):
            await choose(session, Purpose.ANSWER, wanted, provider)
            assert await chosen(session, Purpose.ANSWER, provider) == wanted
        assert await session.get(ModelChoice, Purpose.ANSWER) is None


@pytest.mark.parametrize(
    ("model", "effort", "fields"),
    [
        ("claude-haiku-5-5", "high", {"output_config": {"effort": "high"}}),
        ("claude-haiku-5-5", "none", {"thinking": {"type": "disabled"}, "output_config": {"effort": "low"}}),
        (
            "claude-sonnet-5-5",
            "none",
            {"thinking": {"type": "between_tools"}, "output_config": {"effort": "low"}},
        ),
        ("claude-opus-5-5", "none", {"output_config": {"effort": "low"}}),
        ("claude-sonnet-4-5", "high", {}),
    ],
)
def test_a_model_is_told_how_hard_to_think_in_fields_that_it_knows(
    model: str, effort: str, fields: dict[str, object]
) -> None:
    assert thinking(model, effort) == fields
