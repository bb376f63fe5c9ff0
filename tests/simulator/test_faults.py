"""What goes wrong on request."""

import asyncio

import httpx2
import pytest

from app.simulator.faults import NAMED

from .conftest import Business, Shop

ANA = "+5511900000001"


@pytest.fixture(autouse=True)
async def open_window(business: Business) -> None:
    await business.control("messages", customer="Ana", text="Oi", timeout=20)


async def test_accept_then_drop_cuts_the_line_but_the_message_went_out(
    business: Business, shop: Shop
) -> None:
    await business.control("faults", name="drop")
    with pytest.raises(httpx2.TransportError):
        await business.say(ANA, "Olá!", biz_opaque_callback_data="d-1")
    sends = await business.ask("sends")
    assert [one["opaque"] for one in sends["accepted"]] == ["d-1"]
    assert (await shop.until("statuses", 1))[0]["biz_opaque_callback_data"] == "d-1"


async def test_a_cut_before_accepting_leaves_nothing_sent(business: Business) -> None:
    await business.control("faults", name="cut")
    with pytest.raises(httpx2.TransportError):
        await business.say(ANA, "Olá!")
    sends = await business.ask("sends")
    assert (len(sends["accepted"]), len(sends["refused"])) == (0, 1)
    assert (await business.say(ANA, "De novo")).status_code == 200


@pytest.mark.parametrize(
    ("name", "status", "accepted"),
    [
        ("server_error", 500, 0),
        ("html", 502, 0),
        ("no_wamid", 200, 1),
        ("throttle", 429, 0),
        ("token_expired", 401, 0),
    ],
)
async def test_named_faults_answer_as_promised(
    business: Business, name: str, status: int, accepted: int
) -> None:
    await business.control("faults", name=name)
    assert (await business.say(ANA, "Olá!")).status_code == status
    assert len((await business.ask("sends"))["accepted"]) == accepted


async def test_a_graph_error_carries_code_and_retry_after(business: Business) -> None:
    await business.control("faults", kind="error", code=80007, http_status=403, headers={"retry-after": "3"})
    answer = await business.say(ANA, "Olá!")
    assert (answer.status_code, answer.headers["retry-after"]) == (403, "3")
    assert answer.json()["error"]["code"] == 80007


async def test_a_fault_waits_for_its_match_and_counts_down(business: Business) -> None:
    await business.control("faults", kind="error", code=131056, remaining=2, match={"opaque": "meant"})
    assert (await business.say(ANA, "a")).status_code == 200
    meant = [await business.say(ANA, "b", biz_opaque_callback_data="meant") for _ in range(3)]
    assert [one.status_code for one in meant] == [400, 400, 200]


async def test_statuses_can_arrive_before_the_answer(business: Business, shop: Shop) -> None:
    await business.control("faults", name="statuses_first")
    await business.say(ANA, "Olá!")
    assert len(shop.all_of("statuses")) == 2


async def test_statuses_can_be_dropped_repeated_and_turned_round(business: Business, shop: Shop) -> None:
    for name in ("no_statuses", "statuses_twice", "statuses_backwards"):
        await business.control("faults", name=name)
        await business.say(ANA, name, biz_opaque_callback_data=name)
    assert (await business.ask("idle"))["idle"]
    seen: dict[str, list[str]] = {"no_statuses": []}
    for one in shop.all_of("statuses"):
        seen.setdefault(one["biz_opaque_callback_data"], []).append(one["status"])
    assert seen["no_statuses"] == []
    assert sorted(seen["statuses_twice"]) == ["delivered", "delivered", "sent", "sent"]
    assert sorted(seen["statuses_backwards"]) == ["delivered", "read", "sent"]


async def test_a_slow_answer_comes_after_the_message_was_accepted(business: Business) -> None:
    await business.control("faults", kind="slow", seconds=30, when="after")
    slow = asyncio.create_task(business.say(ANA, "Olá!"))
    assert len((await business.ask("sends", at_least=1))["accepted"]) == 1
    assert not slow.done()
    slow.cancel()


async def test_an_answer_can_drip(business: Business) -> None:
    await business.control("faults", kind="drip", seconds=0.0001)
    assert (await business.say(ANA, "Olá!")).json()["messages"]


@pytest.mark.parametrize("name", NAMED)
async def test_every_named_fault_can_be_installed(business: Business, name: str) -> None:
    assert (await business.control("faults", name=name))["waiting"] == 1


async def test_a_fault_nobody_knows_is_refused(door: httpx2.AsyncClient) -> None:
    assert (await door.post("/control/faults", json={"name": "flood"})).status_code == 422
    assert (await door.post("/control/faults", json={"kind": "slow", "sceonds": 1})).status_code == 422


async def test_a_limit_refuses_again_and_again_what_is_beyond_it(business: Business) -> None:
    await business.control("faults", name="throughput", per_second=0, match={"text": "muito"})
    answers = [await business.say(ANA, text) for text in ("muito", "pouco", "muito")]
    assert [one.status_code for one in answers] == [429, 200, 429]
    assert answers[0].json()["error"]["code"] == 130429


@pytest.mark.parametrize("after_bytes", [0, 1, 40, 10**6])
async def test_an_answer_may_be_cut_anywhere_and_never_comes_whole(
    business: Business, after_bytes: int
) -> None:
    await business.control("faults", name="drop", after_bytes=after_bytes)
    with pytest.raises(httpx2.TransportError):
        await business.say(ANA, "Olá!")
    assert len((await business.ask("sends"))["accepted"]) == 1
