"""Meta's door: what it lets in, what it refuses, and that a webhook answered 200 is stored, once."""

import asyncio
from collections import Counter
from pathlib import Path

import httpx2
import pytest

from app.assistant.schedule import ANSWER
from app.conversations.models import Message
from app.jobs import Job
from app.live.events import EventKind, LiveEvent
from app.simulator.serve import address_of, listening
from app.whatsapp.models import JournalEntry, SetAside
from app.whatsapp.signature import sign
from tests.actors import APP_SECRET, Browser, Desk, WhatsApp, running_desk
from tests.clocks import count
from tests.deadline import patience
from tests.people import ANA, BRUNO, CLARA
from tests.whatsapp.bodies import change, contact, status, text, webhook, written
from tests.whatsapp.journal_pages import all_items

PAYLOADS = Path(__file__).parent.parent / "payloads"
FOUR_MEBIBYTES = 4 * 1024 * 1024


async def test_metas_handshake_gets_its_challenge_back_and_any_other_403(
    desk: Desk, whatsapp: WhatsApp
) -> None:
    right = await whatsapp.control("POST", "/webhooks/verification")
    assert right == {"status": 200, "challenge_returned": True}

    wrong = await whatsapp.control("POST", "/webhooks/verification", verify_token="of-somebody-else")
    assert wrong == {"status": 403, "challenge_returned": False}

    async with httpx2.AsyncClient(base_url=desk.address, trust_env=False) as stranger:
        for query in (
            {},
            {"hub.mode": "subscribe", "hub.challenge": "7"},
            {"hub.verify_token": "não é este"},
        ):
            assert (await stranger.get("/webhooks/whatsapp", params=query)).status_code == 403


async def test_only_what_the_app_secret_signed_is_taken(whatsapp: WhatsApp) -> None:
    body = b'{"object":"whatsapp_business_account","entry":[]}'
    right = sign(APP_SECRET, body)
    wrong = [
        "",
        sign("another secret", body),
        sign(APP_SECRET, body + b" "),
        right.removeprefix("sha256="),
        right.replace("sha256", "sha1"),
        right[:-1],
        right.upper(),
        "sha256=",
        right + right,
    ]
    courier = whatsapp.world.courier
    assert [await courier.post_once(body, signature) for signature in wrong] == [401] * len(wrong)
    assert await count(JournalEntry) == 0

    assert await courier.post_once(body, right) == 200
    assert await count(JournalEntry) == 1


async def test_a_body_above_4_mebibytes_is_refused_announced_or_not_and_one_of_that_size_taken(
    desk: Desk, whatsapp: WhatsApp
) -> None:
    largest = b'{"entry":[]}'.ljust(FOUR_MEBIBYTES)
    assert await whatsapp.posts(largest) == 200
    assert await whatsapp.posts(largest + b" ") == 413
    assert await count(JournalEntry) == 1
    assert await answer_to_a_body_without_length(desk.address) == b"413"


async def test_every_answer_of_metas_door_carries_the_security_headers(desk: Desk) -> None:
    async with httpx2.AsyncClient(base_url=desk.address, trust_env=False) as stranger:
        refused = await stranger.post("/webhooks/whatsapp", content=b"{}")
    assert refused.status_code == 401
    assert refused.headers["x-content-type-options"] == "nosniff"
    assert refused.headers["cache-control"] == "no-store"
    assert "default-src 'self'" in refused.headers["content-security-policy"]


async def answer_to_a_body_without_length(address: str) -> bytes:
    """The status of a body that is sent in pieces and never ends. The door may close before we stop writing."""
    host, port = address.removeprefix("http://").split(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    writer.write(b"POST /webhooks/whatsapp HTTP/1.1\r\nHost: recado\r\nTransfer-Encoding: chunked\r\n\r\n")
    answer = asyncio.create_task(reader.readline())
    piece = b"10000\r\n" + b" " * 0x10000 + b"\r\n"
    for _ in range(80):
        if answer.done() or writer.is_closing():
            break
        writer.write(piece)
        await asyncio.wait({answer, asyncio.create_task(writer.drain())}, return_when=asyncio.FIRST_COMPLETED)
    async with patience(10):
        status_line = await answer
    writer.close()
    return status_line.split()[1]


UNUSABLE = {
    "not JSON": [b"", b"oi", b'{"entry":[]} x'],
    "nested too deep": [b"[" * 100_000, b'{"entry":' * 65 + b"1" + b"}" * 65],
    "a number that is not finite": [b'{"entry":[NaN]}', b'{"entry":[1e999]}', b'{"entry":[-Infinity]}'],
    "not UTF-8": ['{"entry":[]}'.encode("utf-16"), b'{"entry":["\xff"]}'],
    "not an object": [b"[]", b'"text"', b"null", b"7"],
    "no entry list": [b"{}", b'{"entry":{}}'],
    "a number too large": [b'{"entry":[' + b"9" * 5000 + b"]}"],
}


async def test_what_is_signed_and_cannot_be_used_is_answered_200_and_set_aside_with_its_reason(
    marta: Browser, whatsapp: WhatsApp
) -> None:
    for reason, bodies in UNUSABLE.items():
        for body in bodies:
            assert await whatsapp.posts(body) == 200, reason
    aside = Counter((item.path, item.reason) for item in await all_items(marta))
    assert aside == {("", reason): len(bodies) for reason, bodies in UNUSABLE.items()}
    assert await marta.conversations() == {}


async def test_every_item_of_every_change_of_every_entry_is_filed(marta: Browser, whatsapp: WhatsApp) -> None:
    both = [contact(ANA), contact(BRUNO)]
    body = webhook(
        [
            change(text("w1", "um", ANA), text("w2", "dois", BRUNO), contacts=both),
            change(text("w3", "três", ANA)),
        ],
        change(text("w4", "quatro", CLARA), contacts=[contact(CLARA)], statuses=[status("w9", "read")]),
    )
    assert await whatsapp.posts(body) == 200
    rows = {row.name: (row.unread, row.preview) for row in await marta.rows()}
    assert rows == {ANA.name: (2, "três"), BRUNO.name: (1, "dois"), CLARA.name: (1, "quatro")}


async def test_poison_in_a_batch_is_set_aside_with_its_place_and_spoils_nothing_beside_it(
    desk: Desk, marta: Browser, whatsapp: WhatsApp
) -> None:
    assert await whatsapp.posts((PAYLOADS / "batch_with_poison.json").read_bytes()) == 200
    names = {row.name: row.unread for row in await marta.rows()}
    assert names == {"Ana Souza": 2, "Beto Lima": 1, "Caio Reis": 1}

    aside = {item.path for item in await all_items(marta)}
    first, second = "entry[0].changes[0].value", "entry[0].changes[1].value"
    for place in (
        f"{first}.messages[1]",
        f"{first}.messages[2]",
        f"{second}.statuses[2]",
        "entry[1].changes[1]",
        "entry[2]",
    ):
        assert place in aside, place
    assert await count(SetAside) == 5


async def test_the_same_webhook_32_times_at_once_is_one_message_one_event_and_one_job(
    database_url: str,
) -> None:
    async with running_desk(database_url, claude_enabled=True, claude_wait_seconds=300) as desk:
        body = written("wamid.once", "Só uma vez", ANA)
        answers = await asyncio.gather(*(desk.whatsapp.posts(body) for _ in range(32)))
        assert answers == [200] * 32
        assert [(row.unread, row.preview) for row in await desk.marta.rows()] == [(1, "Só uma vez")]
        assert await count(Message) == 1
        assert await count(LiveEvent, LiveEvent.kind == EventKind.MESSAGE_ADDED) == 1
        assert await count(Job, Job.kind == ANSWER) == 1


async def test_a_message_that_comes_again_in_another_batch_is_not_stored_again(
    marta: Browser, whatsapp: WhatsApp
) -> None:
    await whatsapp.posts(written("w1", "um", ANA))
    again = change(
        text("w1", "um", ANA), text("w2", "dois", ANA), text("w2", "dois", ANA), contacts=[contact(ANA)]
    )
    assert await whatsapp.posts(webhook(again)) == 200
    conversation = await marta.conversation_with(ANA.name)
    assert [bubble.text for bubble in await marta.bubbles(conversation)] == ["um", "dois"]


async def test_a_number_nobody_set_up_receives_says_so_when_answered_and_claude_is_silent(
    database_url: str,
) -> None:
    async with running_desk(database_url, claude_enabled=True) as desk:
        body = webhook(change(text("w1", "Alguém aí?", ANA), contacts=[contact(ANA)], number="999"))
        assert await desk.whatsapp.posts(body) == 200
        conversation = await desk.marta.conversation_with(ANA.name)
        page = (await desk.marta.open(f"/c/{conversation}")).text
        assert 'data-mode="person"' in page

        refused = await desk.marta.reply(conversation, "Oi, Ana")
        assert refused.status_code == 422
        assert "Oi, Ana</textarea>" in refused.text
        assert await count(Job, Job.kind == ANSWER) == 0
        assert await desk.whatsapp.accepted() == []


async def test_the_same_wamid_at_two_numbers_is_two_messages(marta: Browser, whatsapp: WhatsApp) -> None:
    for number in ("100000000000001", "999"):
        body = webhook(change(text("w1", "oi", ANA), contacts=[contact(ANA)], number=number))
        assert await whatsapp.posts(body) == 200
    assert [row.name for row in await marta.rows()] == [ANA.name, ANA.name]


@pytest.mark.parametrize(
    "kind", ["image", "audio_voice", "document", "video", "text", "contacts", "order", "unknown_type"]
)
async def test_nothing_is_asked_of_the_network_before_the_200(database_url: str, kind: str) -> None:
    with listening() as elsewhere:
        elsewhere.setblocking(False)
        silent = address_of(elsewhere)
        async with running_desk(database_url, whatsapp_api_url=silent, anthropic_base_url=silent) as desk:
            body = (PAYLOADS / f"{kind}.json").read_bytes()
            async with patience(5):
                assert await desk.whatsapp.posts(body) == 200
            with pytest.raises(BlockingIOError):
                elsewhere.accept()
