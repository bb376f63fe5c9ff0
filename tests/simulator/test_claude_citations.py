"""Search results: what Claude's API takes and refuses of them, and how it cites them."""

from typing import Any

import anthropic
import pytest
from anthropic import AsyncAnthropic

from .conftest import Business
from .test_claude import asking, listen, said

FREE, KEEP = "A troca é de graça. ", "Guarde a nota."


def result(*texts: str, **more: Any) -> dict[str, Any]:
    content = [{"type": "text", "text": text} for text in texts]
    cited = {"citations": {"enabled": True}}
    return {"type": "search_result", "source": "7", "title": "Trocas", "content": content, **cited, **more}


def turn(*blocks: Any) -> dict[str, Any]:
    return {"role": "user", "content": [*blocks, {"type": "text", "text": "Posso trocar?"}]}


def looked_up(*found: Any) -> list[dict[str, Any]]:
    call = {"type": "tool_use", "id": "toolu_1", "name": "search_knowledge", "input": {}}
    answer = {"type": "tool_result", "tool_use_id": "toolu_1", "content": list(found)}
    return [turn(), {"role": "assistant", "content": [call]}, {"role": "user", "content": [answer]}]


@pytest.mark.parametrize("streams", [True, False])
async def test_what_a_script_cites_is_cited_by_block_and_counted_over_all_turns(
    claude: AsyncAnthropic, business: Business, streams: bool
) -> None:
    steps = [{"text": "Sim: "}, {"text": "de graça", "cites": "de graça. Guarde"}, {"text": "."}]
    await business.control("claude/replies", steps=steps)
    first = turn(result("Entregamos."))
    messages = [first, *looked_up(result(FREE, KEEP))[1:]]
    if streams:
        message = await listen(claude, "", messages=messages)
    else:
        message = await claude.messages.create(**asking("", messages=messages))
    assert said(message) == "Sim: de graça."
    before, citing, after = message.content
    assert before.type == citing.type == after.type == "text"
    assert not before.citations
    assert not after.citations
    [citation] = citing.citations or []
    assert citation.to_dict() == {
        "type": "search_result_location",
        "source": "7",
        "title": "Trocas",
        "cited_text": FREE + KEEP,
        "search_result_index": 1,
        "start_block_index": 0,
        "end_block_index": 2,
    }
    said_before = {"role": "assistant", "content": [block.to_dict() for block in message.content]}
    assert await listen(claude, "", messages=[*messages, said_before, turn()])


async def test_what_cannot_be_cited_is_not(claude: AsyncAnthropic, business: Business) -> None:
    await business.control("claude/replies", steps=[{"text": "Sim.", "cites": "graça"}], repeat=2)
    for given in (result("Nada disso."), result(FREE, citations={"enabled": False})):
        message = await listen(claude, "", messages=[turn(given)])
        assert message.content[0].type == "text"
        assert not message.content[0].citations


LOCATION = {
    "type": "search_result_location",
    "source": "7",
    "title": "Trocas",
    "cited_text": FREE,
    "search_result_index": 0,
    "start_block_index": 0,
    "end_block_index": 1,
}


def said_with(**change: Any) -> list[dict[str, Any]]:
    told = {"type": "text", "text": "Sim.", "citations": [LOCATION | change]}
    return [turn(result(FREE)), {"role": "assistant", "content": [told]}, turn()]


WRONG: dict[str, list[dict[str, Any]]] = {
    "no content": [turn(result())],
    "blank content": [turn(result(FREE, " \n"))],
    "content that is a string": [turn(result() | {"content": FREE})],
    "a picture in it": [turn(result() | {"content": [{"type": "image"}]})],
    "cited inside": [turn(result() | {"content": [{"type": "text", "text": "x", "citations": []}]})],
    "no source": [turn(result(FREE, source=""))],
    "no title": [turn(result(FREE, title=None))],
    "one field more": [turn(result(FREE, score=1))],
    "citations that are no wish": [turn(result(FREE, citations={"enabled": "yes"}))],
    "some cited and some not": [turn(result(FREE), result(KEEP, citations={"enabled": False}))],
    "one cited, another without a word": [turn(result(FREE), {**result(KEEP), "citations": {}})],
    "in an assistant's turn": [turn(), {"role": "assistant", "content": [result(FREE)]}, turn()],
    "a tool that found nothing but a blank": looked_up(result(" ")),
    "a tool's result inside another": looked_up({"type": "tool_result", "tool_use_id": "x", "content": "1"}),
    "a tool's text with citations": looked_up({"type": "text", "text": "x", "citations": [LOCATION]}),
    "five marks": [turn(*[result(FREE, cache_control={"type": "ephemeral"})] * 5)],
    "goes back: another search result": said_with(search_result_index=1),
    "goes back: no such block": said_with(end_block_index=2),
    "goes back: an empty range": said_with(end_block_index=0),
    "goes back: another source": said_with(source="8"),
    "goes back: a kind that there is not": said_with(type="moon_location"),
    "goes back: a field more": said_with(score=1),
}


@pytest.mark.parametrize("messages", WRONG.values(), ids=WRONG)
async def test_what_the_api_refuses_of_them_is_refused(
    claude: AsyncAnthropic, messages: list[dict[str, Any]]
) -> None:
    with pytest.raises(anthropic.BadRequestError):
        await listen(claude, "", messages=messages)


async def test_citations_and_a_wanted_schema_do_not_go_together(claude: AsyncAnthropic) -> None:
    schema = {"format": {"type": "json_schema", "schema": {"type": "object"}}}
    with pytest.raises(anthropic.BadRequestError):
        await listen(claude, "", messages=[turn(result(FREE))], output_config=schema)


async def test_what_stands_before_a_mark_is_read_from_the_cache_whatever_follows(
    claude: AsyncAnthropic,
) -> None:
    known = result(*[FREE] * 50, cache_control={"type": "ephemeral"})
    first = await listen(claude, "", messages=[turn(known)])
    second = await listen(
        claude, "", messages=[turn(known), {"role": "assistant", "content": "Sim."}, turn()]
    )
    assert first.usage.cache_creation_input_tokens == second.usage.cache_read_input_tokens
    assert (second.usage.cache_read_input_tokens or 0) > 200


async def test_what_no_script_was_written_for_is_answered_from_what_can_be_quoted(
    claude: AsyncAnthropic,
) -> None:
    known = result("Entregamos em todo o Brasil. ", "Vasos quebrados trocamos sempre. ")
    question = {"role": "user", "content": [known, {"type": "text", "text": "E se vier quebrado, trocamos?"}]}
    message = await listen(claude, "", messages=[question])
    assert said(message) == "Vasos quebrados trocamos sempre."
    assert message.content[0].type == "text"
    [citation] = message.content[0].citations or []
    assert citation.cited_text == "Vasos quebrados trocamos sempre. "
