"""A stream that ends early, at whichever byte, never counts as an answer."""

import asyncio
import re
from typing import Any

import pytest

from app.assistant.failures import ClaudeFailed
from app.assistant.replies import Reply
from app.simulator.claude_frames import Stream
from app.simulator.claude_stage import NAMED, Asked, reply_from
from tests.assistant.byte_server import cutting, outcome

AT_ONCE = 16
USAGE = {
    "input_tokens": 9,
    "cache_creation_input_tokens": 0,
    "cache_read_input_tokens": 0,
    "cache_creation": {"ephemeral_5m_input_tokens": 0, "ephemeral_1h_input_tokens": 0},
}
WISH = {"reason": "angry", "summary": "Quer o dinheiro de volta.", "urgency": "high"}

CITED = {
    "type": "search_result_location",
    "source": "7",
    "title": 'Trocas "à vista"',
    "cited_text": "É de graça, até 30 dias. ",
    "search_result_index": 0,
    "start_block_index": 0,
    "end_block_index": 1,
}

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
    {"steps": [{"text": "Sim, "}, {"text": "é de graça", "citations": [CITED, CITED]}, {"text": "!"}]},
]


async def bytes_of(script: dict[str, Any]) -> bytes:
    stream = Stream(reply_from(script), Asked(1, 0.0, {}, {}), "claude-haiku-5-5", USAGE, asyncio.Semaphore())
    return b"".join([piece async for piece in stream.records()])


@pytest.mark.parametrize("number", range(len(SCRIPTS)))
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
                    assert (found.blocks, found.calls) == (expected.blocks, expected.calls)


async def test_text_in_several_blocks_is_one_and_each_keeps_what_it_cites() -> None:
    whole = await bytes_of(SCRIPTS[-1])
    async with cutting(whole, chunked=False) as claude:
        reply = await outcome(claude, len(whole))
    assert isinstance(reply, Reply)
    assert reply.text == "Sim, é de graça!"
    assert [one.get("citations") for one in reply.blocks] == [None, [CITED, CITED], None]


async def test_a_connection_that_breaks_at_any_byte_is_no_answer() -> None:
    whole = await bytes_of(SCRIPTS[3])
    async with cutting(whole, chunked=True) as claude:
        for start in range(0, len(whole), AT_ONCE):
            sizes = range(start, min(start + AT_ONCE, len(whole)))
            found = await asyncio.gather(*(outcome(claude, one) for one in sizes))
            assert all(isinstance(one, ClaudeFailed) for one in found), start


async def test_records_that_do_not_name_their_event_are_no_answer() -> None:
    whole = re.sub(rb"event: .*\n", b"", await bytes_of(SCRIPTS[0]))
    async with cutting(whole, chunked=False) as claude:
        assert isinstance(await outcome(claude, len(whole)), ClaudeFailed)
