"""Sends, as Graph answers them and as the oracle remembers them."""

import json
from pathlib import Path

import httpx2
import pytest

from app.simulator.config import SimulatorConfig
from app.simulator.serve import running
from app.simulator.world import World

from .conftest import SECRET, Business, Shop

ANA = "+5511900000001"


async def test_an_accepted_send_is_answered_remembered_and_reported(
    business: Business, shop: Shop, world: World
) -> None:
    await business.control("messages", customer="Ana", text="Oi")
    answer = await business.say(ANA, "Olá!", biz_opaque_callback_data="d-1")
    wamid = answer.json()["messages"][0]["id"]
    assert answer.json()["contacts"] == [{"input": ANA, "wa_id": "5511900000001"}]
    assert wamid.startswith("wamid.")
    reports = await shop.until("statuses", 2)
    assert {one["status"] for one in reports} == {"sent", "delivered"}
    assert {(one["id"], one["biz_opaque_callback_data"]) for one in reports} == {(wamid, "d-1")}
    accepted = (await business.ask("sends"))["accepted"]
    assert [(one["wamid"], one["opaque"], one["to"]) for one in accepted] == [(wamid, "d-1", ANA)]


async def test_a_send_to_someone_who_never_wrote_fails_later_without_contacts(
    business: Business, shop: Shop
) -> None:
    assert (await business.say(ANA, "Olá!")).status_code == 200
    [report] = await shop.until("statuses", 1)
    assert report["status"] == "failed"
    assert report["errors"][0]["code"] == 131047
    assert report["recipient_id"] == "5511900000001"
    assert "recipient_user_id" not in report
    assert "contacts" not in shop.values()[0]


async def test_the_window_closes_after_24_hours_but_a_template_still_passes(
    business: Business, shop: Shop
) -> None:
    await business.control("messages", customer="Ana", text="Oi", timeout=20)
    await business.control("clock", advance_seconds=24 * 3600 + 1)
    named = [{"type": "text", "parameter_name": "nome", "text": "Ana"}]
    filled = [{"type": "body", "parameters": named}]
    template = {"name": "retomar_conversa", "language": {"code": "pt_BR"}, "components": filled}
    await business.post({"to": ANA, "type": "template", "template": template})
    await shop.until("statuses", 2)
    await business.say(ANA, "Ainda está aí?")
    assert (await shop.until("statuses", 3))[2]["status"] == "failed"


async def test_who_wrote_before_a_new_start_can_be_answered_where_the_desk_remembers_it() -> None:
    config = SimulatorConfig("", SECRET, "verify me", begins_with_open_windows=True)
    world = World(config)
    ana = world.customer("Ana")
    assert world.window_is_open(ana)
    ana.wrote_at = world.now() - 24 * 3600 - 1
    assert not world.window_is_open(ana)


async def test_a_number_without_whatsapp_is_accepted_and_then_fails(business: Business, shop: Shop) -> None:
    await business.say("+551140000000", "Alô?")
    assert (await shop.until("statuses", 1))[0]["errors"][0]["code"] == 131026


async def test_a_customer_without_phone_is_reached_and_reported_by_bsuid(
    business: Business, shop: Shop, world: World
) -> None:
    helena = world.customer("Helena")
    await business.control("messages", customer="Helena", text="Oi")
    answer = await business.say(helena.user_id, "Olá!")
    assert answer.json()["contacts"] == [{"input": helena.user_id, "user_id": helena.user_id}]
    [report, *_] = await shop.until("statuses", 2)
    assert report["recipient_user_id"] == helena.user_id
    assert "recipient_id" not in report


async def test_brazils_ninth_digit_leads_to_the_number_whatsapp_knows(business: Business) -> None:
    await business.control("messages", customer="Gilberto", text="Oi")
    answer = await business.say("+5511990000007", "Olá!")
    assert answer.json()["contacts"][0]["wa_id"] == "551190000007"


@pytest.mark.parametrize(
    ("payload", "code"),
    [
        ({"type": "text", "text": {"body": "sem destino"}}, 100),
        ({"to": ANA, "type": "text", "text": {"body": "x" * 4097}}, 100),
        ({"to": ANA, "type": "text", "text": {"body": ""}}, 131008),
        ({"to": ANA, "type": "audio", "audio": {"id": "1", "caption": "não pode"}}, 100),
        ({"to": ANA, "type": "poll", "poll": {}}, 100),
        ({"to": ANA, "type": "text", "text": {"body": "x"}, "biz_opaque_callback_data": "x" * 513}, 100),
        ({"messaging_product": "telegram", "to": ANA, "type": "text", "text": {"body": "x"}}, 100),
        (
            {
                "to": ANA,
                "type": "interactive",
                "interactive": {
                    "type": "button",
                    "body": {"text": "?"},
                    "action": {"buttons": [{"type": "reply", "reply": {"id": "1", "title": "x" * 21}}]},
                },
            },
            131009,
        ),
    ],
)
async def test_what_graph_would_refuse_is_refused_in_its_json(
    business: Business, payload: dict[str, object], code: int
) -> None:
    answer = await business.post(payload)
    error = answer.json()["error"]
    assert (answer.status_code, error["code"]) == (400, code)
    assert error["error_data"]["details"]
    assert error["fbtrace_id"]
    assert (await business.ask("sends"))["refused"][0]["code"] == code


async def test_a_wrong_token_and_a_wrong_number_are_told_apart(
    business: Business, door: httpx2.AsyncClient
) -> None:
    stranger = await door.post("/v26.0/1/messages", json={}, headers={"authorization": "Bearer no"})
    assert (stranger.status_code, stranger.json()["error"]["code"]) == (401, 190)
    business.number = "999"
    assert (await business.say(ANA, "x")).json()["error"]["error_subcode"] == 33


async def test_a_receipt_paints_earlier_messages_blue_and_shows_typing(
    business: Business, world: World
) -> None:
    first = await business.control("messages", customer="Ana", text="Oi", count=2)
    last = await business.control("messages", customer="Ana", text="?")
    read = {"status": "read", "message_id": first["ids"][1], "typing_indicator": {"type": "text"}}
    assert (await business.post(read)).json() == {"success": True}
    chat = await business.ask("chat", customer="Ana")
    assert chat["typing"] is True
    assert [one["status"] == "read" for one in chat["messages"]] == [True, True, False]
    await business.say(ANA, "Olá!")
    assert (await business.ask("chat", customer="Ana"))["typing"] is False
    assert last["id"] != first["id"]


async def test_a_reaction_gets_only_sent_and_shows_on_the_phone(
    business: Business, shop: Shop, world: World
) -> None:
    written = await business.control("messages", customer="Ana", text="Oi")
    await business.post(
        {"to": ANA, "type": "reaction", "reaction": {"message_id": written["id"], "emoji": "🌻"}}
    )
    assert (await business.ask("idle"))["idle"]
    assert [one["status"] for one in shop.all_of("statuses")] == ["sent"]
    assert world.messages[written["id"]].reactions == {"business": "🌻"}


async def test_a_file_can_be_uploaded_looked_up_fetched_and_removed(
    door: httpx2.AsyncClient, business: Business
) -> None:
    files = {"file": ("foto.png", b"not really a picture", "image/png")}
    data = {"messaging_product": "whatsapp"}
    media_id = (await door.post(f"/v26.0/{business.number}/media", files=files, data=data)).json()["id"]
    about = (await door.get(f"/v26.0/{media_id}")).json()
    assert (about["mime_type"], about["file_size"]) == ("image/png", 20)
    assert (await door.get(about["url"])).content == b"not really a picture"
    assert (await door.get(about["url"], headers={"authorization": ""})).status_code == 401
    assert (await door.delete(f"/v26.0/{media_id}")).json() == {"success": True}
    assert (await door.get(about["url"])).status_code == 400


async def test_the_number_describes_itself(door: httpx2.AsyncClient, business: Business) -> None:
    about = (await door.get(f"/v26.0/{business.number}")).json()
    assert about["display_phone_number"] == "+55 11 90000-0000"
    templates = (await door.get("/v26.0/200000000000001/message_templates")).json()
    assert "retomar_conversa" in {one["name"] for one in templates["data"]}


async def test_accepted_sends_are_appended_to_the_log_file(tmp_path: Path, shop: Shop) -> None:
    log = tmp_path / "sends.jsonl"
    config = SimulatorConfig(shop.url, "s", "v", send_log=log, status_delay_seconds=0)
    async with running(config) as (_, url), httpx2.AsyncClient(base_url=url, trust_env=False) as door:
        door.headers["authorization"] = "Bearer simulated"
        business = Business(door)
        await business.say(ANA, "Olá!", biz_opaque_callback_data="d-9")
        await business.say("", "sem destino")
    [line] = log.read_text().splitlines()
    assert json.loads(line)["opaque"] == "d-9"


async def test_a_name_is_found_by_its_beginning_and_a_whole_name_before_a_longer_one(world: World) -> None:
    longer = world.welcome("Cliente 11")
    assert world.customer("cliente 1") is longer
    whole = world.welcome("Cliente 1")
    assert (world.customer("Cliente 1"), world.customer("Cliente 11")) == (whole, longer)
