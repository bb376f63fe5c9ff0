"""A stream that ends early, at whichever byte, never counts as an answer."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from app.assistant.claude import Claude, Patience, Request
from app.assistant.failures import ClaudeFailed
from app.assistant.replies import Reply
from app.simulator.claude_frames import Stream
from app.simulator.claude_stage import NAMED, Asked, reply_from

AT_ONCE = 16
USAGE = {
    "input_tokens": 9,
    "cache_creation_input_tokens": 0,
    "cache_read_input_tokens": 0,
    "cache_creation": {"ephemeral_5m_input_tokens": 0, "ephemeral_1h_input_tokens": 0},
}
QUESTION = Request("Seja breve.", [{"role": "user", "content": [{"type": "text", "text": "Oi"}]}])
HEAD = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\nrequest-id: req_1\r\nconnection: close\r\n"
WISH = {"reason": "angry", "summary": "Quer o dinheiro de volta.", "urgency": "high"}

SCRIPTS: list[dict[str, Any]] = [
    {"text": "Olá!"},
    {"text": "Sim."},
    {"text": "O vaso azul custa R$ 80,00."},
    {"text": "Até já! 👩🏽‍🍳🌻"},
    {"text": "São José dos Pinhais, às 9h; informação é à parte."},
    {"text": "1. um\n2. dois\n\n- três"},
    {"text": "العربية שלום 日本語"},
    {"text": 'Aspas " e \\ e {"a": 1}'},
    {"text": "data: [DONE]\n\nevent: message_stop"},
    {"text": " "},
    {"steps": [{"text": "Não"}, {"text": " podemos."}]},
    {"steps": [{"text": "A"}, {"new_block": True}, {"text": "B"}]},
    {"steps": [{"thinking": "Hum."}, {"text": "Claro."}]},
    {"steps": [{"ping": True}, {"text": "Claro."}, {"ping": True}]},
    {"steps": [{"event": "weather_report"}, {"text": "Claro."}]},
    {"steps": [{"block": "hologram"}, {"text": "Claro."}]},
    {"steps": [{"tool": "handoff", "input": WISH}]},
    {"steps": [{"text": "Um momento."}, {"tool": "opening_hours"}]},
    {"steps": [{"tool": "a"}, {"tool": "b", "input": {"c": "d"}}]},
    NAMED["too_long"],
]


async def bytes_of(script: dict[str, Any]) -> bytes:
    stream = Stream(reply_from(script), Asked(1, 0.0, {}, {}), "claude-haiku-5-5", USAGE)
    return b"".join([piece async for piece in stream.records()])


class Cutting:
    """A server of one stream, of which it sends as many bytes as the request's `max_tokens` says, and hangs up."""

    def __init__(self, whole: bytes, *, chunked: bool) -> None:
        self.whole, self.chunked = whole, chunked

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).lower()
        size = int(head.split(b"content-length:")[1].split(b"\r\n")[0])
        body = await reader.readexactly(size)
        sent = self.whole[: int(body.split(b'"max_tokens":')[1].split(b",")[0])]
        if self.chunked:  # an end that was not announced: the connection is cut
            writer.write(HEAD + b"transfer-encoding: chunked\r\n\r\n")
            writer.write(f"{len(sent):x}\r\n".encode() + sent + b"\r\n" if sent else b"")
        else:
            writer.write(HEAD + b"\r\n" + sent)
        writer.close()


@asynccontextmanager
async def cutting(whole: bytes, *, chunked: bool) -> AsyncIterator[Claude]:
    server = await asyncio.start_server(Cutting(whole, chunked=chunked).answer, "127.0.0.1", 0)
    address = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    claude = Claude(api_key="k", base_url=address, model="claude-haiku-5-5", patience=Patience())
    await claude.warm_up()
    yield claude
    await claude.close()
    server.close()


async def outcome(claude: Claude, most: int) -> Reply | ClaudeFailed:
    """What comes of a stream of which this many bytes arrive."""
    asked = Request(QUESTION.system, QUESTION.messages, max_tokens=most)
    try:
        return await claude.stream(asked, lambda text: None)
    except ClaudeFailed as failure:
        return failure


def test_there_are_20_streams() -> None:
    assert len(SCRIPTS) == 20


@pytest.mark.parametrize("number", range(20))
async def test_a_stream_cut_at_any_byte_is_whole_or_no_answer_at_all(number: int) -> None:
    whole = await bytes_of(SCRIPTS[number])
    async with cutting(whole, chunked=False) as claude:
        expected = await outcome(claude, len(whole))
        assert isinstance(expected, Reply)
        finished = len(whole) - len(b"\n\n")
        for start in range(0, len(whole), AT_ONCE):
            sizes = range(start, min(start + AT_ONCE, len(whole)))
            for size, found in zip(
                sizes, await asyncio.gather(*(outcome(claude, one) for one in sizes)), strict=True
            ):
                if isinstance(found, Reply):
                    assert size >= finished, size
                    assert (found.text, found.calls) == (expected.text, expected.calls)


async def test_a_connection_that_breaks_at_any_byte_is_no_answer() -> None:
    whole = await bytes_of(SCRIPTS[3])
    async with cutting(whole, chunked=True) as claude:
        for start in range(0, len(whole), AT_ONCE):
            sizes = range(start, min(start + AT_ONCE, len(whole)))
            found = await asyncio.gather(*(outcome(claude, one) for one in sizes))
            assert all(isinstance(one, ClaudeFailed) for one in found), start
