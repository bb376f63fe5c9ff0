"""The table of hostile input, one row one test: what is refused, what is set aside, and that nothing breaks.

Rows that have a test of their own elsewhere: unusable JSON (tests/whatsapp/test_webhook.py, test_lenient.py), 3 MB and
forms of any shape (tests/test_bad_input.py), fixed strings in every field (test_every_field.py).
"""

import asyncio
import json
import logging
from io import StringIO
from typing import Any
from urllib.parse import urlsplit

import pytest

from app import middleware
from app.logs import configure_logs
from app.simulator.courier import as_meta_writes
from app.whatsapp import webhook as door
from app.whatsapp.models import JournalEntry, SetAside
from app.whatsapp.signature import sign
from tests.actors import APP_SECRET, Browser, Desk, WhatsApp
from tests.clocks import count
from tests.deadline import patience
from tests.engines import only_on
from tests.people import ANA
from tests.whatsapp.bodies import change, contact, text, webhook, written

ROW: dict[str, bytes] = {
    "a depth bomb of lists": b"[" * 100_000,
    "a depth bomb of objects": b'{"a":' * 100_000,
    "a depth bomb that closes": b"[" * 100_000 + b"]" * 100_000,
    "brackets of 65 levels": b'{"entry":' + b"[" * 65 + b"]" * 65 + b"}",
    "a string of backslashes": b'{"entry":["' + b"\\" * 99_999,
    "NaN": b'{"entry":[NaN]}',
    "Infinity": b'{"entry":[-Infinity]}',
    "1e999": b'{"entry":[1e999]}',
    "an integer of 5,000 digits": b'{"entry":[' + b"9" * 5000 + b"]}",
    "UTF-16": '{"entry":[]}'.encode("utf-16"),
    "UTF-32": '{"entry":[]}'.encode("utf-32"),
    "a byte order mark": b"\xef\xbb\xbf" + b'{"entry":[]}',
    "latin-1": '{"entry":["é"]}'.encode("latin-1"),
    "an overlong form of /": b'{"entry":["\xc0\xaf"]}',
    "a raw surrogate": b'{"entry":["\xed\xa0\x80"]}',
    "nothing": b"",
    "spaces": b" " * 1000,
    "a single quote": b"{'entry':[]}",
    "a comma too many": b'{"entry":[],}',
    "a comment": b'{"entry":[]}//',
    "two documents": b'{"entry":[]}{"entry":[]}',
    "a raw NUL": b'{"entry":["\0"]}',
    "HTML": b"<html></html>",
    "a form": b"entry=1",
    "a gzip": b"\x1f\x8b\x08\x00" + bytes(60),
}


@pytest.mark.parametrize("row", ROW)
async def test_signed_and_unusable_is_200_in_the_journal_and_set_aside(whatsapp: WhatsApp, row: str) -> None:
    assert await whatsapp.posts(ROW[row]) == 200
    assert await count(JournalEntry, JournalEntry.set_aside.is_not(None)) == 1


IDS: dict[str, Any] = {
    "2**63": 2**63,
    "-2**63-1": -(2**63) - 1,
    "10**30": 10**30,
    "a float": 1.5,
    "true": True,
    "a list": ["w"],
    "an object": {"id": "w"},
    "5,000 letters": "w" * 5000,
    "a NUL": "w\0",
    "half a character": "w\ud800",
}


@pytest.mark.parametrize("row", IDS)
@pytest.mark.parametrize("key", ["id", "from", "timestamp", "type"])
async def test_an_id_no_database_keeps_spoils_nothing_beside_it(
    whatsapp: WhatsApp, row: str, key: str
) -> None:
    odd = text("w1", "estranha", ANA) | {key: IDS[row]}
    body = webhook(change(odd, text("w2", "normal", ANA), contacts=[contact(ANA)]))
    assert await whatsapp.posts(json.dumps(body).encode()) == 200
    assert await count(SetAside) <= 1


TIMES: list[Any] = [
    "1000000000000", "1" + "0" * 20, "nan", "inf", "17 ", " 17", "1_000", "１７９０００００００", "٣", "-1", "0", "1e9", "0x10",
    "+1790000000",
    "1790000000.5", "1790000000\n", "253402300800", "", None, True, 1.5, -1, 10**12, 10**30, [], {}, 1790000000,
]  # fmt: skip


async def test_odd_times_count_as_the_receipt_and_keep_every_message(
    marta: Browser, whatsapp: WhatsApp
) -> None:
    told = [text(f"w{place}", str(place), ANA, timestamp=time) for place, time in enumerate(TIMES)]
    assert await whatsapp.posts(webhook(change(*told, contacts=[contact(ANA)]))) == 200
    assert await count(SetAside) == 0
    conversation = await marta.conversation_with(ANA.name)
    assert len(await marta.bubbles(conversation)) == len(TIMES)


async def test_of_a_key_that_comes_twice_the_last_wins_and_the_raw_bytes_are_kept(
    marta: Browser, whatsapp: WhatsApp
) -> None:
    raw = as_meta_writes(written("w1", "segunda", ANA))
    twice = raw.replace(b'"text":{"body"', b'"text":{"body":"primeira"},"text":{"body"')
    assert twice != raw
    assert await whatsapp.posts(twice) == 200
    assert await count(JournalEntry, JournalEntry.body == twice) == 1
    [bubble] = await marta.bubbles(await marta.conversation_with(ANA.name))
    assert bubble.text == "segunda"


async def dripped(desk: Desk, head: list[str], first: bytes) -> bytes:
    """The answer to a body of which only the first bytes ever come."""
    where = urlsplit(desk.address)
    reader, writer = await asyncio.open_connection(where.hostname, where.port)
    try:
        writer.write("\r\n".join([*head, "", ""]).encode() + first)
        async with patience(30):
            return (await reader.readline()).split()[1]
    finally:
        writer.close()
        await writer.wait_closed()


@only_on("sqlite")
async def test_a_webhook_that_drips_is_408_and_nothing_of_it_is_kept(
    desk: Desk, whatsapp: WhatsApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(door, "SLOWEST_BODY_SECONDS", 0.3)
    head = ["POST /webhooks/whatsapp HTTP/1.1", "Host: a", "Content-Length: 1000"]
    assert await dripped(desk, head, b"{") == b"408"
    assert await count(JournalEntry) == 0
    assert await whatsapp.posts(written("w1", "Oi", ANA)) == 200


@only_on("sqlite")
async def test_a_form_that_drips_is_408(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(middleware, "SLOWEST_BODY_SECONDS", 0.3)
    kind = "Content-Type: application/x-www-form-urlencoded"
    head = ["POST /sign-in HTTP/1.1", "Host: a", kind, "Content-Length: 1000"]
    assert await dripped(desk, head, b"email=a") == b"408"
    assert (await desk.marta.open("/")).status_code == 200


PART = b'--b\r\nContent-Disposition: form-data; name="text"\r\n\r\n'
URLENCODED, MULTIPART = "application/x-www-form-urlencoded", "multipart/form-data; boundary=b"
BIG: dict[str, tuple[str, bytes]] = {
    "1,000,001 empty fields": (URLENCODED, b"&" * 1_000_001),
    "500,000 fields": (URLENCODED, b"a&" * 500_000),
    "300,000 fields with values": (URLENCODED, b"a=&" * 300_000),
    "one field of a mebibyte": (URLENCODED, b"text=" + b"x" * 1_048_000),
    "escapes alone": (URLENCODED, b"text=" + b"%41" * 340_000),
    "20,000 parts": (MULTIPART, PART * 17_000 + b"--b--"),
    "a text part of a mebibyte": (MULTIPART, PART + b"x" * 1_048_000 + b"\r\n--b--"),
    "a long preamble": (MULTIPART, b"x" * 1_000_000 + b"\r\n" + PART + b"oi\r\n--b--"),
    "a preamble of line ends": (MULTIPART, b"\r\n" * 500_000 + PART + b"oi\r\n--b--"),
    "a long epilogue": (MULTIPART, PART + b"oi\r\n--b--" + b"\r\n" * 500_000),
    "a header that never ends": (MULTIPART, b"--b\r\n" + b"X: " + b"y" * 1_000_000),
    "thousands of headers": (MULTIPART, b"--b\r\n" + b"X: y\r\n" * 170_000 + b"\r\noi\r\n--b--"),
    "a boundary that nearly comes": (MULTIPART, PART + b"\r\n-" * 340_000),
    "a file name that climbs": (
        MULTIPART, b'--b\r\nContent-Disposition: form-data; name="text"; filename="../../x"\r\n\r\noi\r\n--b--',
    ),
}  # fmt: skip


@pytest.mark.parametrize("row", BIG)
async def test_a_huge_form_is_taken_or_refused_and_the_next_request_does_not_wait(
    desk: Desk, row: str
) -> None:
    kind, body = BIG[row]
    headers = {"Content-Type": kind, "X-CSRF-Token": desk.marta.token}
    for path in ("/settings/installation", "/sign-in"):
        answer = await desk.marta.http.post(path, content=body, headers=headers)
        assert answer.status_code in (200, 303, 400, 413, 422), (path, answer.status_code)
    assert (await desk.marta.open("/")).status_code == 200


RANGES = [
    "bytes=" + ",".join(f"{n}-{n}" for n in range(5000)),
    "bytes=" + ",".join("0-" for _ in range(5000)),
    "bytes=0-0,-1,9-3", "bytes=" + "9" * 400 + "-", "bytes=-" + "9" * 400, "bytes=a-b", "lines=1-2",
    "bytes=" + " " * 5000 + "0-1", "bytes=,,,,",
]  # fmt: skip


@only_on("sqlite")
@pytest.mark.parametrize("ranges", RANGES, ids=range(len(RANGES)))
async def test_ranges_by_the_thousand_are_answered_once_and_small(desk: Desk, ranges: str) -> None:
    for path in ("/static/css/base.css", "/favicon.ico", "/static/vendor/htmx.min.js"):
        whole = len((await desk.marta.http.get(path)).content)
        answer = await desk.marta.http.get(path, headers={"Range": ranges})
        assert answer.status_code in (200, 206, 400, 404, 416), path
        assert len(answer.content) <= 2 * whole + 1000, path


HOSTS = [
    "a/?x=",
    "evil.example",
    "evil.example:80",
    "@evil",
    "a@evil",
    "a#",
    "a?b",
    "[::1",
    "",
    "a b",
    "../",
    "ä.example".encode().decode("latin-1"),
]
PATHS = [
    "//evil.example/",
    "/@evil",
    "@evil",
    "/\\evil.example",
    "/%2f%2fevil.example",
    "/%5cevil",
    "/static/../app/main.py",
    "/static/..%2f..%2fapp/main.py",
    "/static/%2e%2e/",
    "/./settings",
    "/c/../settings",
    "/settings/",
    "http://evil.example/settings",
]


async def raw_answer(desk: Desk, target: str, host: str) -> tuple[int, str]:
    """(status, everything that came back in headers) for exactly this request line and Host, unsigned."""
    where = urlsplit(desk.address)
    reader, writer = await asyncio.open_connection(where.hostname, where.port)
    try:
        head = f"GET {target} HTTP/1.1\r\nHost: {host}\r\nAccept: text/html\r\nConnection: close\r\n\r\n"
        writer.write(head.encode("latin-1"))
        async with patience(20):
            heard = await reader.read()
    finally:
        writer.close()
        await writer.wait_closed()
    head_back = heard.partition(b"\r\n\r\n")[0].decode("latin-1")
    return int(head_back.split()[1]), head_back


@only_on("sqlite")
async def test_no_host_and_no_path_opens_a_door_or_leads_elsewhere(desk: Desk) -> None:
    for host in HOSTS:
        for path in ("/settings", "/", "/c/1"):
            status, head = await raw_answer(desk, path, host)
            assert status in (303, 400, 404), (host, path)
            assert "evil" not in head, host
    for path in PATHS:
        status, head = await raw_answer(desk, path, "recado.example")
        assert status in (303, 400, 401, 404), path
        locations = [line for line in head.split("\r\n") if line.lower().startswith("location:")]
        assert all(line.split(": ", 1)[1].startswith("/sign-in") for line in locations), path


LINES = [
    "\r\nFORGED",
    "\nFORGED",
    "\x1b[31mFORGED",
    "\x1b]0;FORGED\x07",
    "\u2028FORGED",
    "\x9bFORGED",
    "\0FORGED",
    '","FORGED":"',
]


async def test_what_is_logged_about_hostile_things_is_one_line_each_and_holds_none_of_them(
    desk: Desk, marta: Browser, whatsapp: WhatsApp
) -> None:
    heard = StringIO()
    usual = logging.getLogger().handlers[:]
    configure_logs()
    [handler] = logging.getLogger().handlers
    assert isinstance(handler, logging.StreamHandler)
    handler.setStream(heard)
    try:
        for forged in LINES:
            odd = text(f"w{forged}", forged, ANA, type=f"t{forged}") | {f"k{forged}": forged}
            broken = {"from": forged, "type": forged}
            await whatsapp.posts(json.dumps(webhook(change(odd, broken, number=f"9{forged}"))).encode())
            await whatsapp.posts(f'{{"entry": {forged}'.encode())
            await whatsapp.world.courier.post_once(b"{}", sign(APP_SECRET, b"other"))
            await marta.http.post("/sign-in", data={"email": forged, "password": forged, "next": forged})
            await marta.post("/settings", {"name": forged, "locale": forged})
            await marta.http.get("/c/1", params={"x": forged})
    finally:
        logging.getLogger().handlers[:] = usual
    lines = heard.getvalue().split("\n")
    assert len(lines) > len(LINES)
    assert all(isinstance(json.loads(line), dict) for line in lines if line)
    assert "FORGED" not in heard.getvalue()
    assert "\x1b" not in heard.getvalue()
