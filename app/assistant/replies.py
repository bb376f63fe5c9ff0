"""One reply of Claude, put together from the events of its stream."""

import json
from dataclasses import dataclass
from math import isfinite
from typing import Any

from app.assistant.failures import Busy, Refused
from app.characters import storable

Block = dict[str, Any]

GOES_BACK = {"text", "thinking", "redacted_thinking", "tool_use"}
CHARACTERS_PER_TOKEN = 3  # Portuguese, cautiously
MOST_TOKENS = 10**9  # in one call: more is no count
SEARCH_RESULT = "search_result_location"  # citations of what we gave; we give nothing that others could be of
MOST_CITATIONS = 100  # of one reply


@dataclass(frozen=True)
class Usage:
    """Tokens of one call, each counted once: the three kinds of cached ones are not in `input_tokens`; thinking is part
    of `output_tokens`.

    Whoever ends a stream early is told only the input: then the output is estimated from what arrived.
    """

    input_tokens: int = 0
    cache_write_5m_tokens: int = 0
    cache_write_1h_tokens: int = 0
    cache_read_tokens: int = 0
    output_tokens: int = 0
    thinking_tokens: int = 0
    is_estimated: bool = False

    @property
    def prompt_tokens(self) -> int:
        """All that was read, wherever it came from."""
        written = self.cache_write_5m_tokens + self.cache_write_1h_tokens
        return self.input_tokens + written + self.cache_read_tokens


@dataclass(frozen=True)
class ToolCall:
    """What Claude wants done. `input` is None when it is not a JSON object."""

    id: str
    name: str
    input: dict[str, Any] | None


@dataclass(frozen=True)
class Reply:
    """A whole reply: it ended with a stop reason and was not refused."""

    blocks: tuple[Block, ...]
    calls: tuple[ToolCall, ...]
    stop_reason: str
    request_id: str | None

    @property
    def text(self) -> str:
        return text_of(self.blocks)

    def as_message(self) -> Block:
        """The reply as Claude wants it back beside the results of its tools: thinking and citations unchanged."""
        kept = [block for block in self.blocks if block["type"] in GOES_BACK and says_something(block)]
        return {"role": "assistant", "content": kept}


class Growing:
    """A reply that is still arriving. Events of unknown types change nothing."""

    def __init__(self) -> None:
        self._blocks: dict[int, Block] = {}
        self._inputs: dict[int, str] = {}
        self._cited = 0
        self._stop_reason: str | None = None
        self._is_whole = False
        self._usage: Block = {}

    @property
    def text(self) -> str:
        return text_of(self._blocks.values())

    @property
    def stop_reason(self) -> str | None:
        """Why it ended, None while it has not."""
        return self._stop_reason

    def take(self, event: Block) -> bool:
        """Add one event; whether the text grew. Raises Busy for one that this API does not send."""
        try:
            return self._take(event)
        except (LookupError, TypeError, AttributeError) as error:
            raise Busy("garbled event") from error

    def _take(self, event: Block) -> bool:
        match event.get("type"):
            case "message_start":
                self._usage |= (event.get("message") or {}).get("usage") or {}
            case "content_block_start":
                begun = {name: it for name, it in event["content_block"].items() if name != "citations"}
                self._blocks[event["index"]] = begun
            case "content_block_delta":
                return self._add(event["index"], event["delta"])
            case "message_delta":
                self._stop_reason = event["delta"].get("stop_reason")
                self._usage |= {name: n for name, n in (event.get("usage") or {}).items() if n is not None}
            case "message_stop":
                self._is_whole = True
        return False

    def _add(self, index: int, delta: Block) -> bool:
        block = self._blocks[index]
        match delta.get("type"):
            case "text_delta":
                block["text"] = block.get("text", "") + sound(delta["text"])
                return True
            case "input_json_delta":
                self._inputs[index] = self._inputs.get(index, "") + delta["partial_json"]
            case "thinking_delta":
                block["thinking"] = block.get("thinking", "") + delta["thinking"]
            case "signature_delta":
                block["signature"] = delta["signature"]
            case "citations_delta" if block["type"] == "text" and self._cited < MOST_CITATIONS:
                if citation := citation_from(delta.get("citation")):
                    self._cited += 1
                    block.setdefault("citations", []).append(citation)
        return False

    def whole(self, request_id: str | None) -> Reply:
        """The finished reply. Raises Busy for half a one, Refused when the model declined."""
        if not self._is_whole or self._stop_reason is None:
            raise Busy("truncated", request_id=request_id)
        if self._stop_reason == "refusal":
            raise Refused("refusal", request_id=request_id)
        in_order = sorted(self._blocks)
        calls = [self._call(index) for index in in_order if self._blocks[index]["type"] == "tool_use"]
        blocks = tuple(self._blocks[index] for index in in_order)
        return Reply(blocks, tuple(calls), self._stop_reason, request_id)

    def _call(self, index: int) -> ToolCall:
        block = self._blocks[index]
        given = self._inputs.get(index)
        parsed = parsed_object(given) if given else sound_object(block.get("input"))
        block["input"] = parsed or {}
        return ToolCall(str(block.get("id", "")), sound(str(block.get("name", ""))), parsed)

    @property
    def has_begun(self) -> bool:
        """Whether the server told what it has read, which is what it bills at least."""
        return bool(self._usage)

    @property
    def usage(self) -> Usage:
        """What this reply cost so far; exact once the server told how it ends."""
        written = count(self._usage, "cache_creation_input_tokens")
        written_1h = min(count(self._usage.get("cache_creation"), "ephemeral_1h_input_tokens"), written)
        is_estimated = self._stop_reason is None
        told = (
            1 + self._size() // CHARACTERS_PER_TOKEN if is_estimated else count(self._usage, "output_tokens")
        )
        return Usage(
            input_tokens=count(self._usage, "input_tokens"),
            cache_write_5m_tokens=written - written_1h,
            cache_write_1h_tokens=written_1h,
            cache_read_tokens=count(self._usage, "cache_read_input_tokens"),
            output_tokens=told,
            thinking_tokens=count(self._usage.get("output_tokens_details"), "thinking_tokens"),
            is_estimated=is_estimated,
        )

    def _size(self) -> int:
        said = (len(block.get("text", "") + block.get("thinking", "")) for block in self._blocks.values())
        return sum(said) + sum(map(len, self._inputs.values()))


def count(usage: Any, name: str) -> int:
    """A number of tokens that the server told; other servers leave some out, or send what is none."""
    told = usage.get(name) if isinstance(usage, dict) else None
    return told if isinstance(told, int) and 0 <= told < MOST_TOKENS else 0


def text_of(blocks: Any) -> str:
    """The text blocks alone: a reply may begin with thinking, and may hold what we do not know."""
    return "".join(str(block.get("text", "")) for block in blocks if block.get("type") == "text")


def citation_from(told: Any) -> Block | None:
    """A citation of a search result, as the API takes it back; None for any other, and for what is none."""
    if not isinstance(told, dict) or told.get("type") != SEARCH_RESULT:
        return None
    source, cited, title = told.get("source"), told.get("cited_text"), told.get("title")
    places = {
        name: told.get(name) for name in ("search_result_index", "start_block_index", "end_block_index")
    }
    if not isinstance(source, str) or not isinstance(cited, str) or not isinstance(title, str | None):
        return None
    if not all(type(place) is int and place >= 0 for place in places.values()):
        return None
    words = {"source": sound(source), "cited_text": sound(cited), "title": title and sound(title)}
    return {"type": SEARCH_RESULT, **words, **places}


def says_something(block: Block) -> bool:
    """The API refuses blank text."""
    return block["type"] != "text" or bool(block.get("text", "").strip())


def parsed_object(text: str) -> dict[str, Any] | None:
    try:
        return sound_object(json.loads(text))
    except (ValueError, RecursionError):
        return None


def sound_object(value: Any) -> dict[str, Any] | None:
    """An object as every database keeps it; None for what is none. Raises ValueError for a number that is none."""
    return sound_in(value) if isinstance(value, dict) else None


def sound_in(value: Any) -> Any:
    match value:
        case str():
            return storable(
                value
            )  # a sign for what no database keeps: leaving it out could make a valid word
        case list():
            return [sound_in(one) for one in value]
        case dict():
            return {storable(name): sound_in(one) for name, one in value.items()}
        case float() if not isfinite(value):
            raise ValueError("no number")
    return value


def sound(text: str) -> str:
    """Text that every database and every encoder takes: no zero characters, no half surrogates."""
    return text.replace("\0", "").encode("utf-8", "replace").decode("utf-8")
