"""What a send is known to have become, over real sockets."""

import asyncio
import json
import logging
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import pytest

from app import clock
from app.whatsapp.graph import (
    Accepted,
    Graph,
    NotReached,
    NotSent,
    Outcome,
    Timeouts,
    Unknown,
    Withheld,
)
from app.whatsapp.graph_errors import Remedy
from app.whatsapp.request_bodies import message_payload, text_content
from tests.deadline import patience

pytestmark = pytest.mark.anyio

TOKEN = "token-CANARY"
TEXT = "texto-CANARY"
MARK = {"biz_opaque_callback_data": "opaque-1"}
USUAL, QUICK = Timeouts(), Timeouts(connect=2, read=0.3, total=0.8)
ACCEPTED = {
    "contacts": [{"input": "+5511900000001", "wa_id": "551190000001"}],
    "messages": [{"id": "wamid.X"}],
}


@dataclass
class Script:
    """What the far end does: pieces of bytes, a pause before each; then it hangs up."""

    pieces: list[bytes]
    pause_seconds: float = 0
    requests: list[bytes] = field(default_factory=list)

    async def play(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = await reader.readuntil(b"\r\n\r\n")
            length = next(
                int(line[15:]) for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")
            )
            self.requests.append(head + await reader.readexactly(length))
            for piece in self.pieces:
                await asyncio.sleep(self.pause_seconds)  # the far end's slowness is what is tested
                writer.write(piece)
                await writer.drain()
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()


@asynccontextmanager
async def listening(script: Script) -> AsyncIterator[str]:
    tasks: set[asyncio.Task[None]] = set()

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        tasks.add(task)
        await script.play(reader, writer)

    server = await asyncio.start_server(connected, "127.0.0.1", 0)
    try:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    finally:
        server.close()
        await asyncio.gather(*tasks)
        await server.wait_closed()


def answer(status: str, document: Any, *headers: str) -> bytes:
    body = document if isinstance(document, bytes) else json.dumps(document).encode()
    lines = [f"HTTP/1.1 {status}", "Content-Type: application/json", f"Content-Length: {len(body)}", *headers]
    return "\r\n".join([*lines, "", ""]).encode() + body


async def send_to(base_url: str, timeouts: Timeouts = USUAL, **changes: Any) -> Outcome:
    sending = {"phone_number_id": "100000000000001", "access_token": TOKEN, **changes}
    async with Graph(base_url, "v26.0", timeouts=timeouts) as graph:
        return await graph.send(
            payload=message_payload("5511900000001", "text", text_content(TEXT)) | MARK, **sending
        )


async def outcome(*pieces: bytes, pause_seconds: float = 0) -> Outcome:
    """`pause_seconds` before each piece; whoever pauses is not waited for long."""
    async with listening(Script(list(pieces), pause_seconds)) as base_url:
        return await send_to(base_url, QUICK if pause_seconds else USUAL)


async def test_200_with_a_wamid_is_accepted() -> None:
    assert await outcome(answer("200 OK", ACCEPTED)) == Accepted("wamid.X", wa_id="551190000001")


async def test_the_request_is_what_meta_documents() -> None:
    script = Script([answer("200 OK", ACCEPTED)])
    async with listening(script) as base_url:
        await send_to(base_url)
    head, body = script.requests[0].split(b"\r\n\r\n")
    assert head.startswith(b"POST /v26.0/100000000000001/messages HTTP/1.1")
    assert b"bearer token-canary" in head.lower()
    assert json.loads(body) == {
        "messaging_product": "whatsapp",
        "recipient_type": "individual",
        "to": "+5511900000001",
        "type": "text",
        "text": {"body": TEXT, "preview_url": False},
        "biz_opaque_callback_data": "opaque-1",
    }


@pytest.mark.parametrize("status", ["400 Bad Request", "429 Too Many", "500 Oops", "200 OK"])
async def test_a_graph_error_is_not_sent_whatever_the_http_status(status: str) -> None:
    error = {"error": {"code": 131000, "message": "Something went wrong"}}
    result = await outcome(answer(status, error))
    assert isinstance(result, NotSent)
    assert result.error.remedy is Remedy.AGAIN_LATER


async def test_retry_after_is_read_as_seconds_and_as_a_date() -> None:
    error = {"error": {"code": 4}}
    result = await outcome(answer("429 Too Many", error, "Retry-After: 17"))
    assert isinstance(result, NotSent)
    assert result.retry_after_seconds == 17
    with clock.read_from(lambda: datetime(2026, 11, 21, 12, 0, 0, tzinfo=UTC)):
        result = await outcome(answer("429 Too Many", error, "Retry-After: Sat, 21 Nov 2026 12:01:30 GMT"))
    assert isinstance(result, NotSent)
    assert result.retry_after_seconds == 90


@pytest.mark.parametrize("retry_after", ["soon", "-1", "1e9", "Sat, 99 Nov 2026 12:01:30 GMT", "１７"])
async def test_a_retry_after_that_is_neither_is_ignored(retry_after: str) -> None:
    piece = answer("429 Too Many", {"error": {"code": 4}}).replace(
        b"\r\n\r\n", f"\r\nRetry-After: {retry_after}\r\n\r\n".encode(), 1
    )
    result = await outcome(piece)
    assert isinstance(result, NotSent)
    assert result.retry_after_seconds is None


@pytest.mark.parametrize(
    "piece",
    [
        answer("200 OK", {"messages": []}),
        answer("200 OK", {"messages": [{"id": ""}]}),
        answer("200 OK", b"not json"),
        answer("200 OK", b"[" * 50_000),
        answer("200 OK", ACCEPTED | {"error": {"code": 1}}),
        answer("202 Accepted", ACCEPTED),
        answer("302 Found", b"", "Location: http://127.0.0.1:9/"),
        answer("400 Bad Request", {"error": "no code"}),
        answer("502 Bad Gateway", b"<html><h1>502</h1></html>"),
        answer("500 Oops", b""),
        answer("200 OK", ACCEPTED, "Content-Encoding: gzip"),
        answer("200 OK", json.dumps(ACCEPTED).encode() + b" " * 100_000),
        answer("200 OK", ACCEPTED)[:-10],
        b"HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nConte",
        b"SSH-2.0-nonsense\r\n",
        b"",
    ],
)
async def test_any_other_answer_or_a_cut_is_unknown(piece: bytes) -> None:
    assert isinstance(await outcome(piece), Unknown)


async def test_silence_after_the_request_is_unknown() -> None:
    assert isinstance(await outcome(answer("200 OK", ACCEPTED), pause_seconds=3), Unknown)


async def test_an_answer_that_drips_is_unknown_in_bounded_time() -> None:
    drops = [bytes([byte]) for byte in answer("200 OK", ACCEPTED)]
    async with patience(10):
        assert isinstance(await outcome(*drops, pause_seconds=0.1), Unknown)


async def test_a_refused_connection_is_certainly_not_sent() -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        base_url = f"http://127.0.0.1:{unused.getsockname()[1]}"
        assert isinstance(await send_to(base_url), NotReached)


async def test_an_unknown_host_is_certainly_not_sent() -> None:
    assert isinstance(await send_to("http://graph.invalid"), NotReached)


async def test_a_far_end_that_speaks_no_tls_is_certainly_not_sent() -> None:
    async with listening_to_anything() as port:
        assert isinstance(await send_to(f"https://127.0.0.1:{port}"), NotReached)


@asynccontextmanager
async def listening_to_anything() -> AsyncIterator[int]:
    async def hang_up(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        writer.close()

    async with await asyncio.start_server(hang_up, "127.0.0.1", 0) as server:
        yield server.sockets[0].getsockname()[1]


async def test_a_token_or_number_that_cannot_be_sent_stays_here() -> None:
    for token in ("", "a\nb", "acentuação", "with space"):
        result = await send_to("http://127.0.0.1:9", access_token=token)
        assert isinstance(result, NotSent)
        assert result.error.remedy is Remedy.STOP_NUMBER
    assert isinstance(await send_to("http://127.0.0.1:9", phone_number_id="../me"), NotSent)


async def test_a_text_of_lone_surrogates_still_has_an_outcome() -> None:
    async with listening(Script([answer("200 OK", ACCEPTED)])) as base_url, Graph(base_url, "v26.0") as graph:
        payload = message_payload("5511900000001", "text", text_content("\ud800"))
        sent = await graph.send(phone_number_id="1", access_token=TOKEN, payload=payload)
    assert isinstance(sent, Accepted)


async def test_marking_read_may_show_typing() -> None:
    script = Script([answer("200 OK", {"success": True})])
    async with listening(script) as base_url, Graph(base_url, "v26.0") as graph:
        done = await graph.mark_read(phone_number_id="1", access_token=TOKEN, wamid="wamid.IN", typing=True)
    assert done is None
    assert json.loads(script.requests[0].split(b"\r\n\r\n")[1]) == {
        "messaging_product": "whatsapp",
        "status": "read",
        "message_id": "wamid.IN",
        "typing_indicator": {"type": "text"},
    }


@pytest.mark.parametrize(
    ("piece", "told"),
    [
        (answer("400 Bad", {"error": {"code": 100}}), NotSent),
        (answer("502 Bad", b"x"), Unknown),
        (b"", Unknown),
    ],
)
async def test_a_failure_to_mark_read_is_told_and_not_raised(piece: bytes, told: type) -> None:
    async with listening(Script([piece])) as base_url, Graph(base_url, "v26.0") as graph:
        result = await graph.mark_read(phone_number_id="1", access_token=TOKEN, wamid="w", typing=False)
    assert isinstance(result, told)


BLOCKED = {"block_users": {"added_users": [{"input": "+5511900000001", "wa_id": "5511900000001"}]}}
OTHERS = {"block_users": {"added_users": [{"input": "+5511900000009", "wa_id": "5511900000009"}]}}
FAILED: dict[str, Any] = {
    "block_users": {
        "added_users": [{"input": "+5511900000009", "wa_id": "5511900000009"}],
        "failed_users": [
            {"input": "+5511900000001", "errors": [{"code": 131047, "message": "Re-engagement"}]}
        ],
    },
    "error": {"code": 139100, "message": "Failed to block/unblock users"},
}


async def set_blocked(script: Script, user: str = "5511900000001", *, blocked: bool = True) -> Any:
    async with listening(script) as base_url, Graph(base_url, "v26.0") as graph:
        to = {"phone_number_id": "100000000000001", "access_token": TOKEN}
        return await graph.set_blocked(**to, user=user, blocked=blocked)


@pytest.mark.parametrize(
    ("user", "blocked", "line", "named"),
    [
        ("5511900000001", True, b"POST", {"user": "+5511900000001"}),
        ("BR.10000000000000000001", False, b"DELETE", {"user_id": "BR.10000000000000000001"}),
    ],
)
async def test_a_customer_is_blocked_and_unblocked_as_meta_documents_it(
    user: str, blocked: bool, line: bytes, named: dict[str, str]
) -> None:
    script = Script([answer("200 OK", {"block_users": {"removed_users": [{"input": user}]}})])
    assert await set_blocked(script, user, blocked=blocked) is None
    head, body = script.requests[0].split(b"\r\n\r\n")
    assert head.startswith(line + b" /v26.0/100000000000001/block_users HTTP/1.1")
    assert json.loads(body) == {"messaging_product": "whatsapp", "block_users": [named]}


async def test_a_blocked_customers_own_result_counts_and_not_the_whole_answers() -> None:
    assert await set_blocked(Script([answer("200 OK", BLOCKED)])) is None
    partly = BLOCKED | {"error": FAILED["error"]}  # another one failed
    assert await set_blocked(Script([answer("400 Bad", partly)])) is None
    told = await set_blocked(Script([answer("400 Bad", FAILED)]))
    assert isinstance(told, NotSent)
    assert told.error.code == 131047
    told = await set_blocked(Script([answer("400 Bad", {"error": {"code": 139101}})]))
    assert isinstance(told, NotSent)
    assert told.error.code == 139101
    unclear: Any
    for unclear in (OTHERS, {"block_users": 1}, [], b"<html>"):
        assert isinstance(await set_blocked(Script([answer("200 OK", unclear)])), Unknown)
    assert isinstance(await set_blocked(Script([b""])), Unknown)


async def test_nothing_secret_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    await outcome(answer("400 Bad", {"error": {"code": 100, "message": "5511900000001"}}))
    await outcome(b"")
    for secret in ("CANARY", "5511900000001"):
        assert secret not in caplog.text


def test_a_phone_number_is_sent_with_its_plus_and_a_bsuid_in_its_own_field() -> None:
    assert message_payload("+5511900000001", "text", text_content("oi"))["to"] == "+5511900000001"
    text = text_content("veja https://example.com")
    payload = message_payload("BR.10000000000000000001", "text", text, reply_to="wamid.IN")
    assert payload["recipient"] == "BR.10000000000000000001"
    assert "to" not in payload
    assert payload["context"] == {"message_id": "wamid.IN"}
    assert payload["text"]["preview_url"] is True
    with pytest.raises(ValueError, match="neither"):
        message_payload("Ana", "text", text_content("oi"))


async def test_who_takes_it_back_before_the_first_byte_has_sent_nothing() -> None:
    script = Script([answer("200 OK", ACCEPTED)])
    asked = []

    def may_write() -> bool:
        asked.append(len(script.requests))
        return False

    async with listening(script) as base_url:
        assert await send_to(base_url, may_write=may_write) == Withheld()
    assert asked == [0]
    assert script.requests == []


async def test_who_is_asked_and_agrees_sends_it() -> None:
    script = Script([answer("200 OK", ACCEPTED)])
    async with listening(script) as base_url:
        assert isinstance(await send_to(base_url, may_write=lambda: True), Accepted)
    assert len(script.requests) == 1
