"""Hostile input: what anybody can send is stored or refused, shown safely, and never breaks a page."""

import asyncio
import json
import logging
import time
from html import unescape
from urllib.parse import urlsplit

import httpx2
import pytest

from tests.actors import Browser, Desk, WhatsApp, within
from tests.people import ANA, BRUNO, Customer
from tests.whatsapp.bodies import change, contact, text, webhook, written

COMBINING = "a" + "\u0301" * 4000
ODD = [
    "\0", "a\0b", "\ud800", "\udfff\ud800", "x\ud83dy", "\x01\x02\x1b[31m", "\u202egnp.exe", "\u2066\u2069\u200b\u200d",
    "\U000e0041\U000e007f", "\ufeff", "\uffff", "\U0010ffff", "👩‍👩‍👧‍👦", "🇧🇷", "e\u0301", COMBINING, "ﷺ", "Ǆ", "İ",
    "<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "</textarea><b>", "<!--", "]]>", "{{7*7}}", "{% raw %}",
    "&lt;b&gt;", "&#0;", "' OR 1=1 --", "'; DROP TABLE message; --", "%s %d %n", "$(id)", "`id`", "../../etc/passwd",
    "=cmd|' /C calc'!A0", "javascript:alert(1)", "https://a/?x=\"><b>", "http://[::1", "*_~```*_~", "```" * 100, "*" * 999,
    "\r\n\r\nHTTP/1.1 200 OK", "data: x\n\nevent: y", "id: 7\n\n", "null", "NaN", "[]", "1" * 4000, "x" * 4000,
    "\n" * 500, "٣٤", "１２", "𝒽𝑒𝓁𝓁𝑜", "שלום", "مرحبا", "﷽" * 50,
]  # fmt: skip
AROUND = (("", ""), (">", "<"), ("*", "*"), ("_a ", " b_"), ("> ", ""), ("- ", "\n"))
HOSTILE = [f"{before}{one}{after}" for one in ODD for before, after in AROUND]
UNSAFE = ("<script>alert", "<img src=x", "<b>", "</textarea><")


async def page_is_whole(browser: Browser, path: str) -> str:
    page = await browser.open(path)
    assert page.status_code == 200
    assert page.text.rstrip().endswith("</html>")
    assert not any(unsafe in page.text for unsafe in UNSAFE)
    return page.text


async def test_three_hundred_hostile_texts_are_stored_shown_and_answered_with(
    marta: Browser, whatsapp: WhatsApp
) -> None:
    assert len(HOSTILE) >= 300
    for start in range(0, len(HOSTILE), 50):
        part = HOSTILE[start : start + 50]
        told = [text(f"w{start + place}", one, ANA, at=time.time()) for place, one in enumerate(part)]
        assert await whatsapp.posts(webhook(change(*told, contacts=[contact(ANA)]))) == 200
        conversation = await marta.conversation_with(ANA.name)
        await page_is_whole(marta, f"/c/{conversation}")
        await page_is_whole(marta, "/")
    assert (await marta.row_of(ANA.name)).unread == len(HOSTILE)
    for one in ODD:
        answer = await marta.reply(conversation, one.encode("utf-8", "replace").decode())
        assert answer.status_code in (200, 422), one
        assert not any(unsafe in answer.text for unsafe in UNSAFE)
    await page_is_whole(marta, f"/c/{conversation}")


async def test_nul_and_lone_surrogates_are_replaced_by_visible_signs(
    marta: Browser, whatsapp: WhatsApp
) -> None:
    raw = json.dumps(written("w1", "SIGN", ANA)).replace("SIGN", "a\\u0000b\\ud800c")
    assert await whatsapp.posts(raw.encode()) == 200
    [bubble] = await marta.bubbles(await marta.conversation_with(ANA.name))
    assert unescape(bubble.text) == "a\u2400b\ufffdc"


async def test_hostile_names_and_usernames_are_shown_as_text(marta: Browser, whatsapp: WhatsApp) -> None:
    for number, name in enumerate(ODD):
        who = Customer(name, bsuid=f"BR.5000000000000{number}")
        block = contact(who, username=name)
        assert await whatsapp.posts(webhook(change(text(f"w{number}", "oi", who), contacts=[block]))) == 200
    await page_is_whole(marta, "/")
    page = (await marta.get("/conversations?before=" + "9" * 23)).text
    assert page.count('data-unread="1"') == 50
    for row in (await marta.rows())[:10]:
        await page_is_whole(marta, f"/c/{row.id}")


async def test_a_body_of_3_megabytes_is_taken_whole(marta: Browser, whatsapp: WhatsApp) -> None:
    told = [text(f"w{number}", f"{number} " + "é" * 4090, ANA) for number in range(120)]
    body = webhook(change(*told, contacts=[contact(ANA)]))
    assert 2_900_000 < len(json.dumps(body)) < 4 * 1024 * 1024
    assert await whatsapp.posts(body) == 200
    assert (await marta.row_of(ANA.name)).unread == 120


async def test_ids_and_times_no_database_could_keep_spoil_nothing(marta: Browser, whatsapp: WhatsApp) -> None:
    strange = [
        text("w" * 5000, "wamid longo", BRUNO),
        text("w1", "hora", BRUNO, timestamp="9" * 30),
        text("w2", "hora", BRUNO, timestamp="1_000"),
        text("w3", "hora", BRUNO, timestamp="１２３"),
        text("w4", "tipo", BRUNO, type="x" * 300),
        text("w5", "número", BRUNO) | {"text": {"body": 10**40}},
        text("w6", "lista", BRUNO) | {"text": ["a"]},
        text("w7", "resposta", BRUNO, context={"id": "w" * 3000}),
    ]
    told = change(*strange, text("w8", "normal", ANA), contacts=[contact(ANA), contact(BRUNO)])
    assert await whatsapp.posts(webhook(told)) == 200
    assert (await marta.row_of(ANA.name)).preview == "normal"
    await page_is_whole(marta, f"/c/{await marta.conversation_with(BRUNO.name)}")
    await page_is_whole(marta, "/settings/journal")


@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        ("application/x-www-form-urlencoded", b"text=%ff%fe%00&compose_id=%00"),
        ("application/x-www-form-urlencoded", b"&" * 100_000),
        ("application/x-www-form-urlencoded", b"=".join([b"a"] * 5000)),
        ("application/x-www-form-urlencoded", b"text=a&" * 5000),
        ("multipart/form-data", b"no boundary"),
        ("multipart/form-data; boundary=b", b"--b\r\n\r\n--b--"),
        ("multipart/form-data; boundary=b", b'--b\r\nContent-Disposition: form-data; name="text"\r\n\r\noi'),
        ("application/json", b'{"text": "oi"}'),
        ("text/plain", b"text=oi"),
        ("", b"\xff\xff"),
    ],
)
async def test_a_form_of_any_shape_is_refused_and_never_an_error_of_ours(
    marta: Browser, whatsapp: WhatsApp, content_type: str, body: bytes
) -> None:
    await whatsapp.says(ANA, "oi")
    conversation = await marta.conversation_with(ANA.name)
    headers = {"X-CSRF-Token": marta.token, "Content-Type": content_type}
    for path in ("messages", "mode", "draft", "reading"):
        answer = await marta.http.post(f"/c/{conversation}/{path}", content=body, headers=headers)
        assert answer.status_code < 500, (path, answer.status_code)
    assert (await marta.http.post("/settings", content=body, headers=headers)).status_code < 500
    await page_is_whole(marta, f"/c/{conversation}")


async def test_a_form_above_a_mebibyte_is_413(marta: Browser, whatsapp: WhatsApp) -> None:
    await whatsapp.says(ANA, "oi")
    conversation = await marta.conversation_with(ANA.name)
    assert (await marta.reply(conversation, "x" * 1_100_000)).status_code == 413


async def test_whoever_leaves_before_all_was_said_is_no_error(
    marta: Browser, desk: Desk, whatsapp: WhatsApp, caplog: pytest.LogCaptureFixture
) -> None:
    await whatsapp.says(ANA, "oi")
    conversation = await marta.conversation_with(ANA.name)
    head = [
        "Host: a",
        f"Cookie: recado={marta.http.cookies['recado']}",
        f"X-CSRF-Token: {marta.token}",
        "Authorization: Bearer simulated",
        "Content-Type: application/x-www-form-urlencoded",
        "Content-Length: 1000",
    ]
    for address, path in (
        (desk.address, "/webhooks/whatsapp"),
        (desk.address, f"/c/{conversation}/messages"),
        (desk.settings.whatsapp_api_url, "/v26.0/100000000000001/messages"),
    ):
        where = urlsplit(address)
        _, line = await asyncio.open_connection(where.hostname, where.port)
        line.write("\r\n".join([f"POST {path} HTTP/1.1", *head, "", "text=o"]).encode())
        await line.drain()
        await within(5, lambda: under_way() > 0, what="the request")
        line.close()
        await within(5, lambda: under_way() == 0, what="the end of the request")
    assert [record.message for record in caplog.records if record.levelno >= logging.ERROR] == []


def under_way() -> int:
    """Requests that servers of this process are working on."""
    running = (task.get_coro() for task in asyncio.all_tasks())
    return sum(getattr(one, "__qualname__", "") == "RequestResponseCycle.run_asgi" for one in running)


@pytest.mark.parametrize(
    "path",
    [
        "/?a=%00",
        "/c/1?x=%ff%fe",
        "/conversations?before=%EF%BC%91",
        "/settings?next=//evil",
        "/%00",
        "/c/%ff",
        "/" + "a" * 999,
    ],
)
async def test_an_address_of_any_shape_is_answered(marta: Browser, path: str) -> None:
    assert (await marta.http.get(path)).status_code < 500


async def test_strange_headers_are_answered(desk: Desk) -> None:
    async with httpx2.AsyncClient(base_url=desk.address, trust_env=False) as stranger:
        for headers in (
            {"Cookie": "recado=\xff; a=b; ;;=".encode("latin-1").decode("latin-1")},
            {"Cookie": "recado=" + "x" * 5000},
            {"Accept-Language": "xx-" * 500},
            {"Host": "evil.example"},
            {"X-CSRF-Token": "x" * 5000, "HX-Request": "maybe"},
            {"Range": "bytes=" + ",".join(f"{n}-{n}" for n in range(2000))},
            {"If-None-Match": '"' * 3000, "Last-Event-ID": "9" * 400},
        ):
            raw = [(name.encode(), value.encode("latin-1")) for name, value in headers.items()]
            for path in ("/", "/sign-in", "/live", "/static/css/base.css"):
                answer = await stranger.get(path, headers=raw)
                assert answer.status_code < 500, (path, headers)
                assert "evil.example" not in answer.headers.get("location", "")
