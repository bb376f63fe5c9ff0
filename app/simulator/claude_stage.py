"""Scripts waiting for Claude's next answers, and a record of what was asked."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any


@dataclass(slots=True)
class Reply:
    """One answer of Claude: steps in order, or a failure before them.

    A step is an object with one of the keys that `claude_frames.py` plays: text, pause, hold, thinking, tool, ping, error,
    cut, end, stall… Beside text may stand `cites`. `http_status` other than 200 answers with an error at once.
    """

    steps: list[dict[str, Any]] = field(default_factory=list)
    stop_reason: str = "end_turn"
    stop_details: dict[str, Any] | None = None
    http_status: int = 200
    error_type: str = ""
    error_code: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    chunk_bytes: int = 0
    delay: float = 0.0
    usage: dict[str, Any] = field(default_factory=dict)
    match: str = ""
    repeat: int = 1


NAMED: dict[str, dict[str, Any]] = {
    "busy": {"http_status": 529},
    "rate_limited": {"http_status": 429, "headers": {"retry-after": "2"}},
    "broken": {"http_status": 500},
    "invalid": {"http_status": 400},
    "unauthorized": {"http_status": 401},
    "error_midway": {"steps": [{"text": "Deixa eu verificar"}, {"error": "overloaded_error"}]},
    "cut_midway": {"steps": [{"text": "Deixa eu verificar "}, {"pause": 0.1}, {"cut": True}]},
    "half_answer": {"steps": [{"text": "Nosso horário é das"}, {"end": True}]},
    "stall": {"steps": [{"text": "Um momento"}, {"stall": 120.0}]},
    "refusal": {"steps": [], "stop_reason": "refusal", "stop_details": {"type": "refusal", "category": None}},
    "too_long": {"steps": [{"text": "Claro! Temos muitas opções: "}], "stop_reason": "max_tokens"},
    "thinking_first": {"steps": [{"thinking": "O cliente perguntou."}, {"text": "Olá! Como posso ajudar?"}]},
    "two_blocks": {"steps": [{"text": "Olá!"}, {"new_block": True}, {"text": " Como posso ajudar?"}]},
    "bad_tool_json": {
        "steps": [{"text": "Vou chamar alguém."}, {"tool": "handoff", "raw_input": '{"reason": "asked'}],
        "stop_reason": "tool_use",
    },
    "split_emoji": {"steps": [{"text": "Até já! 👩🏽‍🍳🌻"}], "chunk_bytes": 3},
    "unknown_event": {"steps": [{"event": "weather_report"}, {"text": "Olá!"}]},
}


def reply_from(wish: dict[str, Any]) -> Reply:
    """A reply from JSON: `{"name": …}` takes one of `NAMED` as a start; `text` is one plain step.

    Raises ValueError for an unknown name or field.
    """
    name = wish.get("name")
    if name is not None and name not in NAMED:
        raise ValueError(f"no reply is called {name!r}")
    fields = {
        **NAMED.get(str(name), {}),
        **{key: value for key, value in wish.items() if key not in ("name", "text")},
    }
    if "text" in wish:
        fields["steps"] = [{"text": wish["text"]}]
    try:
        reply = Reply(**fields)
    except TypeError as error:
        raise ValueError(f"not a reply: {error}") from error
    if "stop_reason" not in fields and any("tool" in step for step in reply.steps):
        reply.stop_reason = "tool_use"
    return reply


@dataclass(slots=True)
class Asked:
    """One request to Claude. `outcome` ends as finished, disconnected, cut, truncated or error;
    `pieces_sent` counts the deltas that left before that; `first_piece_at`: just before the first one did, by `time.time`.

    `billed`: the tokens of the bill by kind, empty when nothing is billed; of an answer that was broken off the output
    that had left by then, which only the server knows.
    """

    number: int
    at: float
    body: dict[str, Any]
    headers: dict[str, str]
    outcome: str = "running"
    pieces_sent: int = 0
    first_piece_at: float = 0.0
    http_status: int = 200
    request_id: str = ""
    billed: dict[str, int] = field(default_factory=dict)

    def bill(self, usage: dict[str, Any]) -> None:
        """Take this usage, as it stands in an answer, for the bill."""
        written = usage["cache_creation_input_tokens"]
        written_1h = usage["cache_creation"]["ephemeral_1h_input_tokens"]
        self.billed = {
            "input_tokens": usage["input_tokens"],
            "cache_write_5m_tokens": written - written_1h,
            "cache_write_1h_tokens": written_1h,
            "cache_read_tokens": usage["cache_read_input_tokens"],
            "output_tokens": usage["output_tokens"],
            "thinking_tokens": usage.get("output_tokens_details", {}).get("thinking_tokens", 0),
        }


class ClaudeStage:
    """The queue of scripts, and every request so far."""

    def __init__(self) -> None:
        self.scripts: list[Reply] = []
        self.asked: list[Asked] = []
        self.cached: set[str] = set()

    def prepare(self, replies: Iterable[Reply]) -> None:
        self.scripts.extend(replies)

    def next_script(self, words: str) -> Reply | None:
        """The oldest script meant for a request with these words; None leaves it to the attendant."""
        for reply in self.scripts:
            if reply.match in words:
                reply.repeat -= 1
                if reply.repeat <= 0:
                    self.scripts.remove(reply)
                return reply
        return None
