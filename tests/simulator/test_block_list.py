"""The simulated block list, asked as Graph is asked: by raw HTTP."""

from typing import Any

import httpx2

from app.simulator import inbound
from app.simulator.world import World
from tests.simulator.conftest import Shop

ADDRESS = "/v26.0/100000000000001/block_users"
ANA, BRUNO, HELENA = "5511900000001", "5511900000002", "Helena Prado"


async def asks(door: httpx2.AsyncClient, method: str, *users: dict[str, str]) -> httpx2.Response:
    body = {"messaging_product": "whatsapp", "block_users": list(users)}
    return await door.request(method, ADDRESS, json=body)


async def listed(door: httpx2.AsyncClient, address: str = ADDRESS) -> Any:
    return (await door.get(address)).json()


async def test_who_wrote_is_blocked_listed_and_unblocked(door: httpx2.AsyncClient, world: World) -> None:
    helena = world.customer(HELENA)
    inbound.write(world, world.customer(ANA), "Oi")
    inbound.write(world, helena, "Oi")

    answer = await asks(door, "POST", {"user": f"+{ANA}"}, {"user_id": helena.user_id})
    assert answer.status_code == 200
    added = [{"input": f"+{ANA}", "wa_id": ANA}, {"input": helena.user_id, "user_id": helena.user_id}]
    assert answer.json() == {"messaging_product": "whatsapp", "block_users": {"added_users": added}}
    again = await asks(door, "POST", {"user": ANA})
    assert again.json()["block_users"] == {"added_users": [{"input": ANA, "wa_id": ANA}]}

    first = await listed(door, f"{ADDRESS}?limit=1")
    assert first["data"] == [{"messaging_product": "whatsapp", "wa_id": ANA}]
    assert (await listed(door, first["paging"]["next"]))["data"] == [
        {"messaging_product": "whatsapp", "user_id": helena.user_id}
    ]

    gone = await asks(door, "DELETE", {"user": ANA}, {"user_id": helena.user_id})
    assert [one["input"] for one in gone.json()["block_users"]["removed_users"]] == [ANA, helena.user_id]
    assert (await listed(door))["data"] == []


async def test_each_customer_has_a_result_and_one_that_failed_makes_the_answer_an_error(
    door: httpx2.AsyncClient, world: World
) -> None:
    inbound.write(world, world.customer(ANA), "Oi")
    answer = await asks(door, "POST", {"user": ANA}, {"user": BRUNO}, {"user": world.config.business_digits})
    told = answer.json()
    assert (answer.status_code, told["error"]["code"]) == (400, 139100)
    assert [one["input"] for one in told["block_users"]["added_users"]] == [ANA]
    failed = {one["input"]: one["errors"][0]["code"] for one in told["block_users"]["failed_users"]}
    assert failed == {BRUNO: 131047, world.config.business_digits: 131021}
    assert [one["wa_id"] for one in (await listed(door))["data"]] == [ANA]


async def test_what_graph_does_not_take_is_refused(door: httpx2.AsyncClient) -> None:
    too_many = [{"user": str(5511900000000 + number)} for number in range(1001)]
    for body, code in (
        ({"block_users": [{"user": ANA}]}, 100),
        ({"messaging_product": "whatsapp"}, 100),
        ({"messaging_product": "whatsapp", "block_users": []}, 100),
        ({"messaging_product": "whatsapp", "block_users": [{"name": "Ana"}]}, 100),
        ({"messaging_product": "whatsapp", "block_users": too_many}, 130429),
    ):
        answer = await door.post(ADDRESS, json=body)
        assert answer.json()["error"]["code"] == code
    nobody = await door.post("/v26.0/999/block_users", json={})
    assert nobody.json()["error"]["error_subcode"] == 33


async def test_nothing_passes_in_either_direction_while_a_customer_is_blocked(
    door: httpx2.AsyncClient, world: World, shop: Shop
) -> None:
    ana = world.customer(ANA)
    first = inbound.write(world, ana, "Oi")
    await asks(door, "POST", {"user": ANA})
    kept_back = inbound.write(world, ana, "Vocês me bloquearam?")
    inbound.react(world, ana, first.id, "😡")
    message = {"messaging_product": "whatsapp", "to": f"+{ANA}", "type": "text", "text": {"body": "Sim"}}
    refused = (await door.post("/v26.0/100000000000001/messages", json=message)).json()["error"]
    assert refused["code"] == 130403
    assert "has blocked the end user" in refused["error_data"]["details"]
    assert "shop has blocked" in (await door.get(f"/simulator/thread?customer={ANA}")).text

    await asks(door, "DELETE", {"user": ANA})
    last = inbound.write(world, ana, "E agora?")
    told = await shop.until("messages", 2)
    assert [one["id"] for one in told] == [first.id, last.id]
    assert kept_back.status == "sent"
    assert (await door.post("/v26.0/100000000000001/messages", json=message)).status_code == 200
    assert "shop has blocked" not in (await door.get(f"/simulator/thread?customer={ANA}")).text
