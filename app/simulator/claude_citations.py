"""Search results and citations: what Claude's API refuses of them, and how it cites what a script wants cited."""

from collections.abc import Iterator
from typing import Any

from app.simulator.claude_files import require

Body = dict[str, Any]
_FIELDS = {"type", "source", "title", "content", "citations", "cache_control"}
_LOCATION = "search_result_location"
_PLACES = ("search_result_index", "start_block_index", "end_block_index")


def check_search_result(where: str, role: str, block: Body) -> None:
    """In a user's turn, or in what a tool gave back: a source, a title, and text that is not blank."""
    where = f"{where}.search_result"
    require(role == "user", f"{where}: search_result blocks are only permitted in user turns")
    for name in ("source", "title"):
        require(isinstance(block.get(name), str) and block[name], f"{where}.{name}: Field required")
    require(block.keys() <= _FIELDS, f"{where}: Extra inputs are not permitted")
    content = block.get("content")
    require(isinstance(content, list) and content, f"{where}.content: at least one text block is required")
    for piece in content or ():
        require(
            isinstance(piece, dict) and piece.get("type") == "text", f"{where}.content: Input should be text"
        )
        require(str(piece.get("text", "")).strip(), f"{where}: text content blocks must be non-empty")
        require("citations" not in piece, f"{where}.content.citations: Extra inputs are not permitted")
    wish = block.get("citations", {})
    is_wish = (
        isinstance(wish, dict) and wish.keys() <= {"enabled"} and type(wish.get("enabled", True)) is bool
    )
    require(is_wish, f"{where}.citations.enabled: Input should be a valid boolean")


def check_citations(body: Body) -> None:
    """Cited or not, but all alike; never where a schema is wanted; and what goes back cites what was there."""
    results = list(search_results(body["messages"]))
    wishes = {bool(one.get("citations", {}).get("enabled")) for one in results}
    require(len(wishes) < 2, "citations must be enabled for all search results in a request or for none")
    has_schema = (body.get("output_config") or {}).get("format")
    require(not (True in wishes and has_schema), "citations are not supported with output_config.format")
    for message in body["messages"]:
        for block in _blocks(message):
            if message["role"] == "assistant" and block["type"] == "text":
                for citation in block.get("citations") or ():
                    _check_citation(citation, results)


def _check_citation(citation: Any, results: list[Body]) -> None:
    where = "messages.content.text.citations"
    is_ours = isinstance(citation, dict) and citation.get("type") == _LOCATION
    require(is_ours, f"{where}: Input tag does not match any of the expected tags")
    require(
        citation.keys() == {"type", "source", "title", "cited_text", *_PLACES}, f"{where}: Field required"
    )
    index, start, end = (citation[name] for name in _PLACES)
    require(index < len(results), f"{where}.search_result_index: no such search result")
    cited = results[index]["content"][start:end]
    require(start < end and len(cited) == end - start, f"{where}.start_block_index: no such blocks")
    require(citation["source"] == results[index]["source"], f"{where}.source: not that of the search result")


def search_results(messages: list[Body]) -> Iterator[Body]:
    """As they are counted: in the order of the messages and of what tools gave back."""
    for message in messages:
        for block in _blocks(message):
            yield from (one for one in [block, *inside(block)] if one.get("type") == "search_result")


def inside(block: Body) -> list[Body]:
    """The blocks of what a tool gave back."""
    content = block.get("content") if block.get("type") == "tool_result" else None
    return [one for one in content if isinstance(one, dict)] if isinstance(content, list) else []


def _blocks(message: Body) -> list[Body]:
    content = message.get("content")
    return content if isinstance(content, list) else []


def cited(body: Body, words: str) -> list[Body]:
    """The citation of the first blocks in which these words stand, as the API makes it; none when none can be cited."""
    for index, result in enumerate(search_results(body.get("messages") or [])):
        texts = [str(one["text"]) for one in result["content"]]
        found = "".join(texts).find(words)
        if found < 0 or not result.get("citations", {}).get("enabled"):
            continue
        start, end = _block_at(texts, found), _block_at(texts, found + len(words) - 1) + 1
        place = dict(zip(_PLACES, (index, start, end), strict=True))
        told = {"source": result["source"], "title": result["title"], "cited_text": "".join(texts[start:end])}
        return [{"type": _LOCATION, **told, **place}]
    return []


def _block_at(texts: list[str], position: int) -> int:
    for number, text in enumerate(texts):
        if position < len(text):
            return number
        position -= len(text)
    raise IndexError(position)
