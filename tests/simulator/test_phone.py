"""The phone page: without script, with htmx, and inside another application."""

import re
from contextlib import AsyncExitStack

import httpx2
import pytest
from starlette.applications import Starlette

from app.simulator.phone import phone_routes
from app.simulator.serve import address_of, listening, served
from app.simulator.world import World

from .conftest import Business, Shop

ANA = "5511900000001"


async def page(door: httpx2.AsyncClient, key: str = ANA) -> str:
    return (await door.get("/simulator", params={"customer": key})).text


async def test_the_page_lists_everyone_and_escapes_their_names(
    door: httpx2.AsyncClient, world: World
) -> None:
    html = await page(door)
    assert all(f'data-customer="{key}"' in html for key in world.customers)
    assert "<img src=x" not in html
    assert "nothing here leaves for the real WhatsApp" in html


async def test_a_plain_form_writes_and_leads_back_to_the_chat(door: httpx2.AsyncClient, shop: Shop) -> None:
    answer = await door.post("/simulator/messages", data={"customer": ANA, "text": "Oi *tudo* bem?"})
    assert (answer.status_code, answer.headers["location"]) == (303, f"/simulator?customer={ANA}")
    assert (await shop.until("messages", 1))[0]["text"]["body"] == "Oi *tudo* bem?"
    assert "<strong>tudo</strong>" in await page(door)


async def test_htmx_gets_the_thread_and_an_empty_composer(door: httpx2.AsyncClient) -> None:
    answer = await door.post(
        "/simulator/messages", data={"customer": ANA, "text": "Oi"}, headers={"hx-request": "true"}
    )
    assert answer.status_code == 200
    assert 'hx-swap-oob="true"' in answer.text
    assert "<html" not in answer.text


async def test_an_open_chat_reports_read(door: httpx2.AsyncClient, business: Business, shop: Shop) -> None:
    await business.control("messages", customer="Ana", text="Oi", timeout=20)
    await page(door)
    await business.say("+" + ANA, "Olá!")
    reports = await shop.until("statuses", 3)
    assert {one["status"] for one in reports} == {"sent", "delivered", "read"}


async def test_a_closed_chat_is_read_when_opened(
    door: httpx2.AsyncClient, business: Business, shop: Shop
) -> None:
    await business.control("messages", customer="Ana", text="Oi", timeout=20)
    await business.say("+" + ANA, "Olá!")
    await shop.until("statuses", 2)
    assert "Olá!" in (await door.get("/simulator/thread", params={"customer": ANA})).text
    assert (await shop.until("statuses", 3))[2]["status"] == "read"


async def test_ticks_and_typing_show_what_the_business_did(
    door: httpx2.AsyncClient, business: Business
) -> None:
    written = await business.control("messages", customer="Ana", text="Oi", timeout=20)
    assert 'aria-label="Delivered"' in await page(door)
    await business.post({"status": "read", "message_id": written["id"], "typing_indicator": {"type": "text"}})
    html = await page(door)
    assert 'aria-label="Read"' in html
    assert 'id="phone-typing"' in html


@pytest.mark.parametrize(
    "kind", ["image", "audio", "document", "location", "contacts", "sticker", "unsupported"]
)
async def test_each_attachment_leaves_and_shows(door: httpx2.AsyncClient, shop: Shop, kind: str) -> None:
    await door.post("/simulator/messages", data={"customer": ANA, "kind": kind})
    assert (await shop.until("messages", 1))[0]["type"] == kind
    if media := re.search(r"/simulator/media/\d+", await page(door)):
        assert (await door.get(media[0])).headers["content-type"].startswith(("image/", "audio/"))


async def test_a_button_of_the_business_can_be_tapped(door: httpx2.AsyncClient, shop: Shop) -> None:
    reply = {"customer": ANA, "kind": "button_reply", "message": "wamid.Q", "id": "m", "title": "Médio"}
    await door.post("/simulator/messages", data=reply)
    [message] = await shop.until("messages", 1)
    assert message["interactive"]["button_reply"] == {"id": "m", "title": "Médio"}
    assert message["context"]["id"] == "wamid.Q"


async def test_reactions_newcomers_faults_and_the_scene_have_their_forms(
    door: httpx2.AsyncClient, business: Business, shop: Shop, world: World
) -> None:
    await business.control("messages", customer="Ana", text="Oi", timeout=20)
    wamid = (await business.say("+" + ANA, "Olá!")).json()["messages"][0]["id"]
    await door.post("/simulator/reactions", data={"customer": ANA, "message": wamid, "emoji": "👍"})
    assert world.messages[wamid].reactions == {ANA: "👍"}
    await door.post("/simulator/customers", data={"name": "Zuleica"})
    assert world.find_customer("Zuleica")
    await door.post("/simulator/faults", data={"fault": "drop", "count": "3"})
    await door.post("/simulator/faults", data={"fault": "claude:busy"})
    assert (world.faults.waiting[0].remaining, world.claude.scripts[0].http_status) == (3, 529)
    await door.post("/simulator/faults", data={"fault": "clear"})
    assert (world.faults.waiting, world.claude.scripts) == ([], [])
    await door.post("/simulator/scene", data={"scene": "start", "per_minute": "60"})
    assert world.scene
    assert world.scene.is_running
    await door.post("/simulator/scene", data={"scene": "stop"})
    await shop.until("messages", 1)
    assert not world.scene.is_running


async def test_another_application_shows_the_page_with_its_own_token(world: World) -> None:
    routes = phone_routes(world, context=lambda request: {"csrf_token": "t-0k3n"})
    async with AsyncExitStack() as stack:
        listener = stack.enter_context(listening())
        await stack.enter_async_context(served(Starlette(routes=routes), listener, lifespan="off"))
        client = httpx2.AsyncClient(base_url=address_of(listener), trust_env=False)
        door = await stack.enter_async_context(client)
        html = await page(door)
        assert '<meta name="csrf-token" content="t-0k3n">' in html
        forms = re.findall(r"<form.*?</form>", html, re.DOTALL)
        assert len(forms) >= 5
        assert all('name="csrf_token" value="t-0k3n"' in form for form in forms)
        assert (await door.get("/control/state")).status_code == 404
