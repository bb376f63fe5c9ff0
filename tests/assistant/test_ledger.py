"""The ledger equals what Claude's server billed, row by row and to the token; what was cut short is marked as estimated."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from functools import partial
from typing import Any

import pytest
from sqlalchemy import select

from app.assistant.claude import Claude, Patience
from app.assistant.desk import Desk, Pace
from app.assistant.models import ApiCall, ModelPrice
from app.assistant.prices import cost_of, priced_as
from app.assistant.replies import Usage
from app.conversations import handoff
from app.db import reading, transaction
from app.simulator.brain import last_words
from app.simulator.claude_stage import Asked
from app.simulator.world import World
from tests.assistant.shop import Shop
from tests.engines import only_on

TURNS = 1000
AT_ONCE = 16
ENOUGH_TO_SEE = {"text": "Um momento, "}

# What becomes of each tenth turn: the answers that Claude's server gives to it, one after the other.
FATES: list[list[dict[str, Any]]] = [
    [{"text": "Abrimos às 9h."}],
    [{"steps": [{"thinking": "Pergunta de horário."}, {"text": "Às 9h."}]}],
    [
        {"steps": [{"text": "Vou ver."}, {"tool": "no_such_tool", "input": {"q": "horário"}}]}
    ],  # a second round
    [{"steps": [{"text": "Já chamo."}, {"tool": "handoff", "input": {"reason": "asked_human"}}]}],
    [{"name": "busy"}, {"text": "Às 9h."}],
    [{"name": "cut_midway"}, {"text": "Às 9h."}],
    [{"name": "half_answer"}, {"name": "error_midway"}],
    [{"name": "refusal"}],
    [{"name": "invalid"}],
    [{"steps": [ENOUGH_TO_SEE, {"stall": 60}]}],  # until a person stops it
]
STOPPED = len(FATES) - 1
KINDS = (
    "input_tokens", "cache_write_5m_tokens", "cache_write_1h_tokens", "cache_read_tokens", "output_tokens",
    "thinking_tokens",
)  # fmt: skip
CUT_SHORT = {"cut", "truncated", "disconnected"}


@pytest.fixture
def patience() -> Patience:
    return Patience(read=60, attempt=60)


@pytest.fixture
async def full(simulator: tuple[World, str], patience: Patience) -> AsyncIterator[Claude]:
    """As it speaks to Anthropic's own servers, which cache."""
    provider = Claude(
        api_key="x", base_url=simulator[1], model="claude-haiku-5-5", is_simple=False, patience=patience
    )
    yield provider
    await provider.close()


async def customers(shop: Shop, count: int) -> None:
    async with transaction() as session:
        for number in range(count):
            words = f"Pergunta {number};"
            shop.claude_will(*({**reply, "match": words} for reply in FATES[number % len(FATES)]))
            await shop.says_in(session, f"Cliente {number};", words)


async def stops(shop: Shop, count: int) -> None:
    """A person who stops what stalls, as soon as something of it can be seen."""
    to_stop = {f"Pergunta {number};": number for number in range(STOPPED, count, len(FATES))}
    seen = 0
    while to_stop:
        await shop.world.background.until(partial(has_more, shop.asked, seen), 60)
        new, seen = shop.asked[seen:], len(shop.asked)
        for number in filter(None, (to_stop.pop(last_words(asked.body), None) for asked in new)):
            name = f"Cliente {number};"
            await shop.writing(name)
            async with transaction() as session:
                await handoff.stop(session, await shop.conversation_in(session, name))


def has_more(asked: list[Asked], seen: int) -> bool:
    return len(asked) > seen


async def booked() -> list[ApiCall]:
    async with reading() as session:
        return list((await session.scalars(select(ApiCall).order_by(ApiCall.id))).all())


def usage_of(row: ApiCall) -> Usage:
    return Usage(**{kind: getattr(row, kind) for kind in KINDS})


def was_cut_short(asked: Asked) -> bool:
    return asked.outcome in CUT_SHORT or (asked.outcome == "error" and asked.http_status == 200)


def same_as_billed(row: ApiCall, asked: Asked) -> None:
    """To the token; of what was cut short the output alone is estimated."""
    assert row.is_estimated == was_cut_short(asked)
    exact = [kind for kind in KINDS if kind != "output_tokens" or not row.is_estimated]
    assert {kind: getattr(row, kind) for kind in exact} == {kind: asked.billed.get(kind, 0) for kind in exact}
    assert row.output_tokens > 0 or not asked.billed


async def run_and_compare(shop: Shop, provider: Claude, count: int) -> Counter[str]:
    """Let so many customers be served, several at a time; how often each thing came out."""
    # At the pace of the real desk, and without telling WhatsApp that Claude types: neither is looked at here.
    shop.desk = Desk(shop.desk.settings, provider, pace=Pace(before_retry=0.01))
    await customers(shop, count)
    async with asyncio.TaskGroup() as doing:
        doing.create_task(stops(shop, count))
        for _ in range(AT_ONCE):
            doing.create_task(shop.work())
    rows, asked = await booked(), {one.request_id: one for one in shop.asked}
    assert len(rows) == len(shop.asked) == len(asked)
    async with reading() as session:
        prices = (await session.scalars(select(ModelPrice))).all()
    (price,) = (price for price in prices if price.model == "claude-haiku-5-5")
    for row in rows:
        assert row.request_id is not None
        same_as_billed(row, asked[row.request_id])
        assert (row.price_id, row.cost_microusd) == (price.id, cost_of(usage_of(row), price))
        assert row.turn_id is not None
        assert row.conversation_id is not None
    told = {name: sum(getattr(row, name) for row in rows if not row.is_estimated) for name in KINDS}
    exact = [one.billed for one in shop.asked if not was_cut_short(one)]
    assert told == {name: sum(bill.get(name, 0) for bill in exact) for name in told}
    return Counter(row.failure or str(row.stop_reason) for row in rows)


@only_on("sqlite")
async def test_the_ledger_equals_the_bill_over_a_thousand_turns(shop: Shop, full: Claude) -> None:
    outcomes = await run_and_compare(shop, full, TURNS)
    assert sum(outcomes.values()) == TURNS * 14 // 10
    assert outcomes == {
        "end_turn": 500,
        "tool_use": 200,
        "stopped": 100,
        "truncated": 100,
        "refusal": 100,
        "529 overloaded_error": 100,
        "RemoteProtocolError": 100,
        "200 overloaded_error": 100,
        "400 invalid_request_error": 100,
    }


@only_on("postgres")
async def test_the_same_on_postgres_over_fewer(shop: Shop, full: Claude) -> None:
    assert sum((await run_and_compare(shop, full, 50)).values()) == 70


async def test_who_leaves_before_anything_came_has_perhaps_paid_for_the_question(
    shop: Shop,
) -> None:
    await shop.says("Ana", "Oi")
    shop.claude_will({"delay": 60, "text": "Olá!"})
    working = shop.working()
    await shop.world.background.until(lambda: bool(shop.asked), 10)
    async with transaction() as session:
        await handoff.stop(session, await shop.conversation_in(session, "Ana"))
    await working
    (row,) = await shop.calls("Ana")
    assert (row.is_estimated, row.failure, row.output_tokens, row.request_id) == (True, "stopped", 0, None)
    assert row.input_tokens > 100


async def test_who_reaches_nobody_pays_nothing(shop: Shop) -> None:
    nobody = Claude(api_key="", base_url="http://127.0.0.1:9", model="any")
    shop.desk = Desk(shop.desk.settings, nobody, pace=shop.desk.pace)
    await shop.says("Ana", "Oi")
    await shop.work()
    rows = await shop.calls("Ana")
    assert [(row.is_estimated, usage_of(row)) for row in rows] == [(False, Usage())] * 2
    await nobody.close()


async def test_a_model_without_a_price_is_booked_in_tokens_only(shop: Shop) -> None:
    shop.desk.provider.model = "gemma4"
    await shop.says("Ana", "Oi")
    await shop.work()
    (row,) = await shop.calls("Ana")
    assert (row.model, row.cost_microusd, row.price_id) == ("gemma4", None, None)
    assert row.input_tokens > 100


HAIKU = ModelPrice(
    model="claude-haiku-5-5", input=100_000, cache_write_5m=125_000, cache_write_1h=200_000, cache_read=10_000,
    output=500_000, long_above=100_000, long_input=500_000, long_cache_write_5m=625_000,
    long_cache_write_1h=1_000_000, long_cache_read=50_000, long_output=2_500_000,
)  # fmt: skip


@pytest.mark.parametrize(
    ("usage", "microusd"),
    [
        (Usage(), 0),
        (Usage(input_tokens=1000, cache_read_tokens=5000, output_tokens=200), 250),
        (Usage(cache_write_5m_tokens=1000, cache_write_1h_tokens=1000), 325),
        (Usage(input_tokens=4), 0),
        (Usage(input_tokens=5), 1),
        (Usage(input_tokens=50_000, cache_read_tokens=50_000, output_tokens=100), 5_550),
        (Usage(input_tokens=50_000, cache_read_tokens=50_001, output_tokens=100), 27_750),
    ],
)
def test_a_call_costs_what_the_table_says_also_beyond_long_prompts(usage: Usage, microusd: int) -> None:
    assert cost_of(usage, HAIKU) == microusd


@pytest.mark.parametrize(
    "name", ["claude-haiku-5-5-20261007", "claude-haiku-5-5@20261007", "claude-haiku-5-5"]
)
def test_a_dated_name_costs_what_the_plain_one_does(name: str) -> None:
    assert priced_as(name) == "claude-haiku-5-5"
