"""Claude asks the business's other systems: to the letter, for the customer who writes, once where it changes something."""

import json
from typing import Any
from urllib.parse import quote

import pytest
from sqlalchemy import select

from app.assistant.tools.connecting import SENTENCES, UNSURE
from app.connectors import keeping, once
from app.connectors.arguments import Argument, Kind
from app.connectors.asking import Failure
from app.connectors.models import Connector, ConnectorCall
from app.conversations.models import Mode
from app.db import reading, transaction
from app.installation import Installation
from tests.assistant.shop import Shop
from tests.assistant.test_tools import offered, results, take, uses
from tests.connectors.made import KEY, ORDER, connected, exchange, wanted


async def connects(shop: Shop, what: Any = None, *, is_on: bool = True, **given: Any) -> Connector:
    marta = await shop.employs("Marta")
    outside, secrets = shop.desk.outside, shop.desk.settings.secret_key
    made = what or wanted(f"{outside.trusted}/shop/orders/{{{{order}}}}?de={{{{phone}}}}", **given)
    return await connected(made, outside, secrets, marta, is_on=is_on)


def only(shop: Shop) -> dict[str, Any]:
    [asked] = shop.world.shop_asked
    found: dict[str, Any] = asked
    return found


async def test_what_another_system_says_is_handed_to_claude_as_data_and_kept_as_a_step(shop: Shop) -> None:
    await connects(shop)
    shop.claude_will(uses("order_status", order="1001"), {"text": "Chega amanhã; o vaso custou R$ 55,50."})
    await shop.says("Ana", "Onde está o pedido 1001?")
    await shop.work()
    assert await shop.answers("Ana") == ["Chega amanhã; o vaso custou R$ 55,50."]
    told = results(shop)[0]["content"]
    assert told.startswith("<resposta_do_sistema>\n")
    assert json.loads(told.splitlines()[1])["status"] == "a caminho"
    assert only(shop)["headers"]["x-api-key"] == KEY
    assert only(shop)["query"] == {"de": shop.world.customer("Ana").wa_id}
    turn = (await shop.turns("Ana"))[-1]
    [step] = turn.steps["tools"]
    assert (step["tool"], step["given"], step["status"], step["is_error"]) == (
        "order_status",
        {"order": "1001"},
        200,
        False,
    )
    assert step["took_ms"] >= 0
    assert KEY not in json.dumps(turn.steps)
    assert KEY not in json.dumps([asked.body for asked in shop.asked])


async def test_a_connectors_answer_is_a_source_for_prices(shop: Shop) -> None:
    await connects(shop)
    await shop.changes(Installation, instructions="O frete custa R$ 12,00.")
    shop.claude_will(uses("order_status", order="1001"), {"text": "O vaso custou R$ 55,50."})
    await shop.says("Ana", "Quanto paguei?")
    await shop.work()
    assert await shop.answers("Ana") == ["O vaso custou R$ 55,50."]


@pytest.mark.parametrize(
    "given",
    [
        {"order": "1001", "phone": "5511988887777"},
        {"order": "1001", "contact_id": 2},
        {"order": 1001},
        {"order": ""},
        {"order": "1" * 21},
        {"order": None},
        {"order": ["1001"]},
        {},
    ],
    ids=repr,
)
async def test_what_a_connector_does_not_take_never_leaves(shop: Shop, given: dict[str, Any]) -> None:
    await connects(shop)
    shop.claude_will(uses("order_status", **given), {"text": "Certo."})
    await shop.says("Ana", "Onde está o pedido?")
    await shop.work()
    assert shop.world.shop_asked == []
    assert results(shop)[0]["is_error"]


@pytest.mark.parametrize(
    "order", ["..", ".", "%2e%2E", "1001/../1002", "1001?x=1", "1001#", "a b", "1\n2", "{{phone}}"]
)
async def test_an_argument_stays_one_part_of_the_path(shop: Shop, order: str) -> None:
    await connects(shop)
    shop.claude_will(uses("order_status", order=order), {"text": "Certo."})
    await shop.says("Ana", "Onde está o pedido?")
    await shop.work()
    assert results(shop)[0]["is_error"]
    for asked in shop.world.shop_asked:
        assert asked["path"] == f"/shop/orders/{quote(order, safe='')}"
        assert list(asked["query"]) == ["de"]


async def test_claude_hears_of_a_failure_in_a_sentence_without_what_was_answered(shop: Shop) -> None:
    await connects(shop)
    shop.claude_will(uses("order_status", order="9"), {"text": "Não achei."})
    await shop.says("Ana", "Onde está o pedido 9?")
    await shop.work()
    [result] = results(shop)
    assert (result["content"], result["is_error"]) == (SENTENCES[Failure.NOT_FOUND], True)
    [step] = (await shop.turns("Ana"))[-1].steps["tools"]
    assert (step["status"], step["is_error"]) == (404, True)


async def test_a_customer_without_a_number_is_not_asked_about_by_number(shop: Shop) -> None:
    await connects(shop)
    shop.world.customer("Ana").wa_id = None
    shop.claude_will(uses("order_status", order="1001"), {"text": "Certo."})
    await shop.says("Ana", "Onde está o pedido?")
    await shop.work()
    assert results(shop)[0]["content"] == SENTENCES[Failure.NOT_KNOWN]
    assert shop.world.shop_asked == []


async def test_what_changes_something_is_offered_once_an_admin_allows_it(shop: Shop) -> None:
    made = await connects(shop, exchange(shop.desk.outside.trusted), is_on=False)
    await shop.says("Ana", "Oi")
    await shop.work()
    assert offered(shop) == ["handoff"]
    marta = await shop.employs("Bruna")
    async with transaction() as session:
        await keeping.switch(session, made.id, is_on=True, by=marta)
    await shop.says("Ana", "Tudo bem?")
    await shop.work()
    assert offered(shop) == ["ask_exchange", "handoff"]


async def test_what_changes_something_is_done_once_by_a_turn_and_by_the_one_that_begins_it_anew(
    shop: Shop,
) -> None:
    await connects(shop, exchange(shop.desk.outside.trusted))
    asks = uses("ask_exchange", order="1001")
    shop.claude_will(
        asks,
        {"steps": [{"text": "Pedi a troca"}, {"stall": 60}]},
        asks,
        asks,
        {"text": "A troca 1 está pedida."},
    )
    await shop.says("Ana", "Quero trocar o 1001")
    working = shop.working()
    await shop.writing("Ana", "Pedi")
    await shop.says("Ana", "Do pedido 1001")
    await working
    assert await shop.answers("Ana") == ["A troca 1 está pedida."]
    asked = only(shop)
    assert asked["body"] == {"pedido": "1001", "telefone": shop.world.customer("Ana").wa_id}
    assert len(asked["headers"]["idempotency-key"]) == 64
    assert '"troca": 1' in results(shop)[0]["content"]
    async with reading() as session:
        [call] = (await session.scalars(select(ConnectorCall))).all()
    assert (call.status, call.failure) == (201, None)


async def test_an_act_of_which_nobody_knows_what_became_is_not_done_again(shop: Shop) -> None:
    made = await connects(shop, exchange(shop.desk.outside.trusted))
    shop.claude_will(uses("ask_exchange", order="1001"), {"text": "Não sei se foi feito."})
    message = await shop.says("Ana", "Quero trocar")
    async with transaction() as session:  # as a worker left it that died before the answer came
        key = once.key_of(message.conversation_id, 0, made.id, {"order": "1001"})
        assert await once.begin(session, key, made, message.conversation_id)
    await shop.work()
    assert shop.world.shop_asked == []
    assert results(shop)[0]["content"] == UNSURE


async def test_an_act_that_was_not_answered_in_time_may_be_done_and_is_not_tried_again(shop: Shop) -> None:
    await connects(shop, exchange(shop.desk.outside.trusted, timeout_seconds=1))
    shop.world.shop_waits = True
    shop.claude_will(*[uses("ask_exchange", order="1001")] * 2, {"text": "Não sei se foi feito."})
    await shop.says("Ana", "Quero trocar")
    await shop.work()
    assert only(shop)["body"]["pedido"] == "1001"
    assert [results(shop, place)[0]["content"] for place in (1, 2)] == [UNSURE, UNSURE]


async def test_a_person_who_takes_over_keeps_an_act_from_leaving(shop: Shop) -> None:
    await connects(shop, exchange(shop.desk.outside.trusted))
    bruna = await shop.employs("Bruna")
    call = {"tool": "ask_exchange", "input": {"order": "1001"}}
    shop.claude_will({"steps": [{"text": "Um momento"}, {"hold": True}, call]})
    await shop.says("Ana", "Quero trocar")
    shop.looks_away()
    working = shop.working()
    await shop.writing("Ana")
    await take(shop, "Ana", bruna)
    shop.goes_on()
    await working
    assert shop.world.shop_asked == []
    assert (await shop.conversation("Ana")).mode == Mode.PERSON


async def test_every_kind_of_argument_is_checked_and_keeps_its_type(shop: Shop) -> None:
    every = [
        ORDER,
        Argument("pieces", Kind.INTEGER, "Quantas.", True, "1-5"),
        Argument("weight", Kind.NUMBER, "Quilos.", False, "0.5-9.5"),
        Argument("gift", Kind.YES_NO, "Para presente?", True),
        Argument("size", Kind.CHOICE, "Tamanho.", True, "P, M, G"),
    ]
    body = '{"o": "{{order}}", "n": ["{{pieces}}", "{{weight}}"], "g": "{{gift}}", "s": "tamanho {{size}}"}'
    await connects(shop, exchange(shop.desk.outside.trusted, arguments=every, body=body))
    good: dict[str, Any] = {"order": '"}, {"x": "', "pieces": 2, "gift": False, "size": "M"}
    wrong: list[dict[str, Any]] = [
        {"pieces": 6},
        {"pieces": 2.0},
        {"pieces": True},
        {"weight": 0.1},
        {"gift": "no"},
        {"size": "XG"},
    ]
    calls = [{"tool": "ask_exchange", "input": good | one} for one in (*wrong, {})]
    shop.claude_will({"steps": calls}, {"text": "Certo."})
    await shop.says("Ana", "Quero trocar")
    await shop.work()
    assert [one.get("is_error", False) for one in results(shop)] == [True] * 6 + [False]
    assert only(shop)["body"] == {"o": '"}, {"x": "', "n": [2, None], "g": False, "s": "tamanho M"}
    [schema] = [one["input_schema"] for one in shop.asked[-1].body["tools"] if one["name"] == "ask_exchange"]
    assert schema["additionalProperties"] is False
    assert schema["properties"]["size"]["enum"] == ["P", "M", "G"]
    assert schema["required"] == ["order", "pieces", "gift", "size"]
