"""Claude, heard through the real SDK."""

import json
from typing import Any

import anthropic
import httpx2
import pytest
from anthropic import AsyncAnthropic
from pydantic import BaseModel

from app.simulator.claude_stage import NAMED
from tests.deadline import patience

from .conftest import Business

MODEL = "claude-haiku-5-5"
HANDOFF: Any = {
    "name": "handoff",
    "description": "Hand over to a person",
    "input_schema": {
        "type": "object",
        "properties": {"reason": {"type": "string"}, "urgency": {"type": "string", "enum": ["low", "high"]}},
    },
}


def asking(text: str, **more: Any) -> dict[str, Any]:
    return {"model": MODEL, "max_tokens": 500, "messages": [{"role": "user", "content": text}], **more}


async def listen(claude: AsyncAnthropic, text: str, **more: Any) -> anthropic.types.Message:
    async with claude.messages.stream(**asking(text, **more)) as stream:
        return await stream.get_final_message()


def said(message: anthropic.types.Message) -> str:
    return "".join(block.text for block in message.content if block.type == "text")


async def test_the_attendant_answers_from_the_facts_in_small_pieces(claude: AsyncAnthropic) -> None:
    async with claude.messages.stream(**asking("Até que horas vocês abrem?")) as stream:
        pieces = [piece async for piece in stream.text_stream]
        message = await stream.get_final_message()
    assert len(pieces) > 3
    assert "**Segunda a sexta:** das 9h às 19h" in said(message)
    assert message.stop_reason == "end_turn"
    assert message.usage.output_tokens > 1


async def test_streaming_or_not_the_answer_is_the_same(claude: AsyncAnthropic) -> None:
    streamed = await listen(claude, "Aceitam Pix?")
    assert said(streamed) == said(await claude.messages.create(**asking("Aceitam Pix?")))


async def test_whoever_asks_for_a_person_hears_one_sentence_and_is_handed_over(
    claude: AsyncAnthropic,
) -> None:
    message = await listen(claude, "Quero falar com um atendente", tools=[HANDOFF])
    text, call = message.content
    assert text.type == "text"
    assert text.text
    assert call.type == "tool_use"
    assert call.input["urgency"] == "low"
    assert message.stop_reason == "tool_use"


async def test_what_it_knows_nothing_of_is_passed_on_with_a_sentence(claude: AsyncAnthropic) -> None:
    message = await listen(claude, "Tem garantia?", tools=[HANDOFF])
    text, call = message.content
    assert text.type == "text"
    assert "não sei" in text.text
    assert call.type == "tool_use"
    assert "Tem garantia?" in str(call.input["summary"])


async def test_after_the_tools_result_nothing_more_is_said(claude: AsyncAnthropic) -> None:
    call = {"type": "tool_use", "id": "toolu_1", "name": "handoff", "input": {}}
    result = {"type": "tool_result", "tool_use_id": "toolu_1", "content": "ok"}
    turns = [
        {"role": "user", "content": "atendente!"},
        {"role": "assistant", "content": [call]},
        {"role": "user", "content": [result]},
    ]
    message = await listen(claude, "", messages=turns, tools=[HANDOFF])
    assert (message.stop_reason, said(message)) == ("end_turn", "")


async def test_facts_that_the_application_adds_are_not_taken_for_the_customers_words(
    claude: AsyncAnthropic,
) -> None:
    for words in ("Aceitam Pix?", "<cliente>Aceitam Pix?</cliente>"):
        message = await listen(claude, f"<contexto>Peça um atendente</contexto>\n{words}", tools=[HANDOFF])
        assert message.stop_reason == "end_turn"
        assert "Pix" in said(message)


async def test_a_wanted_schema_is_filled_in(claude: AsyncAnthropic) -> None:
    class Suggestion(BaseModel):
        text: str
        confident: bool

    answer = await claude.messages.parse(**asking("Sugira", output_format=Suggestion))
    assert isinstance(answer.parsed_output, Suggestion)


async def test_a_schema_that_stands_in_the_instructions_is_filled_in_too(claude: AsyncAnthropic) -> None:
    schema = {"type": "object", "properties": {"outcome": {"enum": ["new", "known"]}}}
    system = f"Responda em JSON.\n<esquema>\n{json.dumps(schema)}\n</esquema>"
    message = await listen(claude, "Aceitam Pix?", system=system)
    assert json.loads(said(message)) == {"outcome": "new"}


@pytest.mark.parametrize(
    ("name", "error"),
    [
        ("busy", "overloaded_error"),
        ("rate_limited", "rate_limit_error"),
        ("broken", "api_error"),
        ("invalid", "invalid_request_error"),
        ("unauthorized", "authentication_error"),
        ("error_midway", "overloaded_error"),
    ],
)
async def test_failures_come_as_the_sdks_own_errors(
    claude: AsyncAnthropic, business: Business, name: str, error: str
) -> None:
    await business.control("claude/replies", name=name)
    with pytest.raises(anthropic.APIStatusError) as raised:
        await listen(claude, "Oi")
    assert raised.value.type == error
    assert said(await listen(claude, "Oi"))


async def test_a_cut_is_a_transport_error(claude: AsyncAnthropic, business: Business) -> None:
    await business.control("claude/replies", name="cut_midway")
    with pytest.raises(httpx2.RemoteProtocolError):
        await listen(claude, "Oi")
    [asked] = (await business.ask("claude/requests", at_least=1))["requests"]
    assert (asked["outcome"], asked["pieces_sent"]) == ("cut", 1)


async def test_half_an_answer_ends_without_a_stop_reason(claude: AsyncAnthropic, business: Business) -> None:
    await business.control("claude/replies", name="half_answer")
    message = await listen(claude, "Oi")
    assert (message.stop_reason, said(message)) == (None, "Nosso horário é das")


async def test_odd_but_legal_streams_are_understood(claude: AsyncAnthropic, business: Business) -> None:
    names = ("thinking_first", "two_blocks", "split_emoji", "unknown_event", "refusal", "too_long")
    await business.control("claude/replies", replies=[{"name": name} for name in names])
    heard = {name: await listen(claude, "Oi") for name in names}
    assert [block.type for block in heard["thinking_first"].content] == ["thinking", "text"]
    assert len(heard["two_blocks"].content) == 2
    assert said(heard["split_emoji"]) == "Até já! 👩🏽‍🍳🌻"
    assert said(heard["unknown_event"]) == "Olá!"
    assert heard["refusal"].stop_reason == "refusal"
    assert heard["too_long"].stop_reason == "max_tokens"


async def test_whoever_stops_listening_stops_claude(claude: AsyncAnthropic, business: Business) -> None:
    steps = [{"text": "um "}, {"text": "dois "}, {"stall": 60}, {"text": "três"}]
    await business.control("claude/replies", steps=steps)
    async with claude.messages.stream(**asking("Oi")) as stream, patience(5):
        await anext(aiter(stream.text_stream))
    [asked] = (await business.ask("claude/requests", at_least=1))["requests"]
    assert asked["outcome"] == "disconnected"
    assert asked["pieces_sent"] <= 2
    assert asked["body"]["messages"] == [{"role": "user", "content": "Oi"}]


@pytest.mark.parametrize(
    "wrong",
    [
        {"extra_body": {"temperature": 1}},
        {"extra_body": {"top_k": 5}},
        {"max_tokens": None},
        {"messages": []},
        {"messages": [{"role": "robot", "content": "Oi"}]},
        {"messages": [{"role": "user", "content": ""}]},
        {"messages": [{"role": "user", "content": "Oi"}, {"role": "assistant", "content": "Olá"}]},
        {
            "messages": [
                {"role": "user", "content": [{"type": "tool_result", "tool_use_id": "x", "content": "1"}]}
            ]
        },
        {
            "messages": [
                {"role": "user", "content": "Oi"},
                {"role": "assistant", "content": [{"type": "tool_use", "id": "t", "name": "a", "input": {}}]},
                {"role": "user", "content": "e aí?"},
            ]
        },
        {"messages": [{"role": "user", "content": [{"type": "text", "text": "x", "citations": []}]}]},
        {"extra_body": {"thinking": {"type": "enabled", "budget_tokens": 1024}}},
        {"system": [{"type": "text", "text": "x", "cache_control": {"type": "ephemeral"}}] * 5},
    ],
)
async def test_what_the_api_refuses_is_refused(claude: AsyncAnthropic, wrong: dict[str, Any]) -> None:
    with pytest.raises(anthropic.BadRequestError):
        await claude.messages.create(**{**asking("Oi"), **wrong})


async def test_a_repeated_system_prompt_is_read_from_the_cache(claude: AsyncAnthropic) -> None:
    system = [{"type": "text", "text": "Você atende uma loja. " * 50, "cache_control": {"type": "ephemeral"}}]
    first, second = await listen(claude, "Oi", system=system), await listen(claude, "Olá", system=system)
    assert first.usage.cache_creation_input_tokens == second.usage.cache_read_input_tokens
    assert (second.usage.cache_read_input_tokens or 0) > 200


async def test_models_and_token_counts_are_served(claude: AsyncAnthropic) -> None:
    models = [model async for model in claude.models.list()]
    assert MODEL in {model.id for model in models}
    assert (
        await claude.messages.count_tokens(model=MODEL, messages=asking("Oi")["messages"])
    ).input_tokens > 1


@pytest.mark.parametrize("name", NAMED)
async def test_every_named_reply_can_be_prepared(business: Business, name: str) -> None:
    assert (await business.control("claude/replies", name=name))["waiting"] == 1
