"""Webhooks: shapes, signatures, and repetition until the answer is 200."""

import json
from base64 import b64encode
from hashlib import sha256

import httpx2
import pytest

from app.simulator.world import World

from .conftest import Business, Shop


async def test_a_text_arrives_in_metas_envelope_escaped_and_signed(business: Business, shop: Shop) -> None:
    written = await business.control("messages", customer="Ana", text="Olá/🌻", timeout=20)
    [body] = shop.bodies
    assert b"\\u00e1\\/\\ud83c\\udf3b" in body
    envelope = json.loads(body)
    value = envelope["entry"][0]["changes"][0]["value"]
    assert envelope["object"] == "whatsapp_business_account"
    assert value["metadata"] == {
        "display_phone_number": "5511900000000",
        "phone_number_id": "100000000000001",
    }
    assert value["contacts"][0]["wa_id"] == value["messages"][0]["from"] == "5511900000001"
    assert value["messages"][0]["text"] == {"body": "Olá/🌻"}
    assert value["messages"][0]["id"] == written["id"]


async def test_someone_with_a_username_shows_no_phone(business: Business, shop: Shop) -> None:
    await business.control("messages", customer="Helena", text="Oi", timeout=20)
    [value] = shop.values()
    assert "from" not in value["messages"][0]
    assert "wa_id" not in value["contacts"][0]
    assert value["contacts"][0]["user_id"] == value["messages"][0]["from_user_id"]
    assert value["contacts"][0]["profile"]["username"] == "helena_prado"


async def test_older_hooks_lack_contacts_or_the_bsuid(business: Business, shop: Shop) -> None:
    await business.control("messages", customer="Ana", text="a", omit=["contacts"], timeout=20)
    await business.control("messages", customer="Ana", text="b", omit=["user_id"], timeout=20)
    first, second = shop.values()
    assert "contacts" not in first
    assert "user_id" not in second["contacts"][0]
    assert "from_user_id" not in second["messages"][0]


@pytest.mark.parametrize(
    ("kind", "wire"),
    [
        ("image", "image"),
        ("video", "video"),
        ("document", "document"),
        ("audio", "audio"),
        ("sticker", "sticker"),
        ("location", "location"),
        ("contacts", "contacts"),
        ("button", "button"),
        ("button_reply", "interactive"),
        ("list_reply", "interactive"),
        ("nfm_reply", "interactive"),
        ("order", "order"),
        ("unsupported", "unsupported"),
        ("hologram", "hologram"),
    ],
)
async def test_every_type_arrives_under_its_own_name(
    business: Business, shop: Shop, kind: str, wire: str
) -> None:
    await business.control("messages", customer="Ana", type=kind, timeout=20)
    [message] = shop.all_of("messages")
    assert message["type"] == wire
    assert message[wire]
    assert ("errors" in message) == (kind == "unsupported")


async def test_an_attachment_can_be_fetched_and_its_hash_is_right(
    business: Business, shop: Shop, door: httpx2.AsyncClient
) -> None:
    await business.control("messages", customer="Ana", type="audio", timeout=20)
    [message] = shop.all_of("messages")
    assert message["audio"]["voice"] is True
    about = (await door.get(f"/v26.0/{message['audio']['id']}")).json()
    data = (await door.get(about["url"])).content
    assert data.startswith(b"OggS")
    assert b64encode(sha256(data).digest()).decode() == message["audio"]["sha256"]


async def test_a_reaction_is_removed_in_both_shapes(business: Business, shop: Shop) -> None:
    for more in ({"emoji": "❤️"}, {"emoji": ""}, {"leave_out": True}):
        await business.control("reactions", customer="Ana", id="wamid.X", **more)
        assert (await business.ask("idle"))["idle"]
    shapes = [one["reaction"] for one in shop.all_of("messages")]
    assert shapes == [
        {"message_id": "wamid.X", "emoji": "❤️"},
        {"message_id": "wamid.X", "emoji": ""},
        {"message_id": "wamid.X"},
    ]


async def test_edits_revocations_echoes_and_moves_are_told(
    business: Business, shop: Shop, world: World
) -> None:
    written = await business.control("messages", customer="Ana", text="Oii", timeout=20)
    old = world.customer("Ana").user_id
    await business.control("edits", id=written["id"], text="Oi")
    await business.control("revocations", id=written["id"])
    await business.control("echoes", customer="Ana", text="Sou eu, do celular")
    await business.control("number-changes", customer="Ana", wa_id="5511900000091")
    assert (await business.ask("idle"))["idle"]
    by_type = {one["type"]: one for one in shop.all_of("messages")}
    assert by_type["edit"]["edit"]["message"]["text"]["body"] == "Oi"
    assert by_type["revoke"]["revoke"] == {"original_message_id": written["id"]}
    assert by_type["system"]["system"]["previous_user_id"] == old
    assert by_type["system"]["from"] == "5511900000001"
    assert shop.all_of("message_echoes")[0]["to"] == "5511900000001"


async def test_anything_but_200_is_sent_again_until_it_is_200(business: Business, shop: Shop) -> None:
    shop.answers = [503, 404, 201]
    written = await business.control("messages", customer="Ana", text="Oi", timeout=20)
    [delivery] = (await business.ask("webhooks", id=written["id"]))["deliveries"]
    assert (delivery["answers"], delivery["state"]) == ([503, 404, 201, 200], "answered")
    assert len(set(shop.bodies)) == 1


async def test_an_app_that_is_down_gets_it_when_it_is_back(business: Business, shop: Shop) -> None:
    await business.control("config", webhook_url="http://127.0.0.1:9/nobody")
    written = await business.control("messages", customer="Ana", text="Oi")
    pending = (await business.ask("webhooks", id=written["id"], timeout=0.1))["deliveries"][0]
    assert (pending["state"], pending["answers"][0]) == ("pending", "ConnectError")
    await business.control("config", webhook_url=shop.url)
    assert (await shop.until("messages", 1))[0]["id"] == written["id"]


async def test_copies_of_one_webhook_are_the_same_bytes(business: Business, shop: Shop) -> None:
    await business.control("messages", customer="Ana", text="Oi", copies=32)
    assert (await business.ask("idle"))["idle"]
    assert (len(shop.bodies), len(set(shop.bodies))) == (32, 1)


@pytest.mark.parametrize(
    ("shape", "changes", "entries"), [("merged", 2, 1), ("changes", 4, 1), ("entries", 4, 4)]
)
async def test_held_updates_leave_in_one_post(
    business: Business, shop: Shop, shape: str, changes: int, entries: int
) -> None:
    await business.control("webhooks/hold")
    written = await business.control("messages", customer="Ana", text="Oi", count=3)
    await business.control("echoes", customer="Ana", text="Já vou")
    assert shop.bodies == []
    await business.control("webhooks/release", shape=shape)
    assert (await business.ask("idle"))["idle"]
    [body] = shop.bodies
    parsed = json.loads(body)["entry"]
    assert (sum(len(one["changes"]) for one in parsed), len(parsed)) == (changes, entries)
    assert [one["id"] for one in shop.all_of("messages")] == written["ids"]


async def test_more_than_a_thousand_updates_need_a_second_post(business: Business, shop: Shop) -> None:
    await business.control("webhooks/hold")
    await business.control("messages", customer="Ana", text="Oi", count=1001)
    await business.control("webhooks/release")
    assert (await business.ask("idle"))["idle"]
    assert sorted(len(one["messages"]) for one in shop.values()) == [1, 1000]


async def test_a_raw_body_goes_as_it_is_signed_or_not(business: Business, shop: Shop) -> None:
    assert (await business.control("webhooks", text="{not json"))["status"] == 200
    assert shop.bodies == [b"{not json"]
    assert (await business.control("webhooks", body={"a": 1}, signature="sha256=00"))["status"] == 401
    assert (await business.control("webhooks", body={"a": 1}, signature=""))["status"] == 401
    assert shop.refused == [b'{"a":1}', b'{"a":1}']


async def test_statuses_are_reported_in_the_order_asked(business: Business, shop: Shop) -> None:
    await business.control("messages", customer="Ana", text="Oi", timeout=20)
    await business.control("faults", name="no_statuses")
    wamid = (await business.say("+5511900000001", "Olá!")).json()["messages"][0]["id"]
    order = ["read", "delivered", "sent", "failed", "played"]
    assert (await business.control("statuses", id=wamid, statuses=order))["status"] == "played"
    assert [one["status"] for one in shop.all_of("statuses")] == order


async def test_delivered_can_still_be_reported_after_failed(business: Business, shop: Shop) -> None:
    wamid = (await business.say("+5511900000001", "Olá!")).json()["messages"][0]["id"]
    await shop.until("statuses", 1)
    await business.control("statuses", id=wamid, statuses=["delivered"])
    assert [one["status"] for one in shop.all_of("statuses")] == ["failed", "delivered"]


async def test_trouble_with_the_whole_number_comes_without_messages(business: Business, shop: Shop) -> None:
    await business.control("account-errors", code=130429)
    assert (await shop.until("errors", 1))[0]["code"] == 130429
    assert "messages" not in shop.values()[0]


async def test_the_handshake_returns_the_bare_challenge(business: Business) -> None:
    right = await business.control("webhooks/verification")
    assert right == {"status": 200, "challenge_returned": True}
    assert (await business.control("webhooks/verification", verify_token="no"))["status"] == 403


async def test_the_busy_morning_writes_as_many_as_asked(business: Business, shop: Shop) -> None:
    await business.control("scene", messages=25, per_minute=60_000)
    assert (await business.ask("idle"))["idle"]
    assert len(shop.all_of("messages")) == 25
    assert len({one.get("from_user_id") for one in shop.all_of("messages")}) > 3


async def test_a_reset_forgets_everything_but_the_address(
    business: Business, shop: Shop, world: World
) -> None:
    await business.control("messages", customer="Novata", text="Oi", timeout=20)
    await business.control("reset")
    assert world.chats == {}
    assert "Novata" not in {one.name for one in world.customers.values()}
    assert (await business.ask("state"))["webhook_url"] == shop.url
