"""Plays a reply in Claude's own framing: as one message, or as a stream of events."""

import json
import secrets
from asyncio import Semaphore, sleep
from collections.abc import AsyncIterator, Iterable, Iterator
from time import time
from typing import Any

from app.simulator.claude_citations import cited
from app.simulator.claude_stage import Asked, Reply

Frame = dict[str, Any]
Step = dict[str, Any]
_QUOTES = ("cites", "citations")  # which nobody is billed for


class CutHere(Exception):
    """The script says that the connection breaks now."""


def new_id(prefix: str) -> str:
    return f"{prefix}_{secrets.token_hex(12)}"


def opening(model: str, usage: dict[str, Any]) -> Frame:
    """The message before anything was said."""
    return {
        "id": new_id("msg"),
        "type": "message",
        "role": "assistant",
        "model": model,
        "content": [],
        "stop_reason": None,
        "stop_sequence": None,
        "usage": {**usage, "output_tokens": 1},
    }


def whole_message(reply: Reply, asked: Asked, usage: dict[str, Any]) -> Frame:
    """The same steps without streaming. Raises CutHere where the script cuts."""
    content: list[Frame] = []
    for step in reply.steps:
        if step.get("cut") or step.get("end") or step.get("error"):
            raise CutHere
        _add_to(content, step, citations_of(step, asked))
    ending = {
        "stop_reason": reply.stop_reason,
        "usage": final_usage(reply, usage),
    }
    if reply.stop_details:
        ending["stop_details"] = reply.stop_details
    return {**opening(asked.body["model"], usage), "content": content, **ending}


def citations_of(step: Step, asked: Asked) -> list[Any] | None:
    """What a step cites: `cites` are words of a search result, `citations` go out as they are; None for a plain step."""
    if "citations" in step:
        return list(step["citations"])
    return cited(asked.body, step["cites"]) if "cites" in step else None


def _add_to(content: list[Frame], step: Step, citations: list[Any] | None) -> None:
    if citations is not None:
        content.append({"type": "text", "text": step["text"], "citations": citations})
    elif "text" in step:
        if content and content[-1]["type"] == "text" and "citations" not in content[-1]:
            content[-1]["text"] += step["text"]
        else:
            content.append({"type": "text", "text": step["text"]})
    elif "thinking" in step:
        content.append({"type": "thinking", "thinking": step["thinking"], "signature": "c2ltdWxhZG8="})
    elif "tool" in step:
        block = _tool_block(step)
        content.append({**block, "input": step.get("input") or {}})
    elif step.get("new_block") and content:
        content.append({"type": "text", "text": ""})


def _tool_block(step: Step) -> Frame:
    return {"type": "tool_use", "id": step.get("id") or new_id("toolu"), "name": step["tool"], "input": {}}


def final_usage(reply: Reply, usage: dict[str, Any]) -> dict[str, Any]:
    """The input's tokens with those of the whole output, of which some were thinking."""
    thinking = _tokens(step for step in reply.steps if "thinking" in step)
    said = 1 + _tokens(reply.steps)
    output = {"output_tokens": said, "output_tokens_details": {"thinking_tokens": min(thinking, said)}}
    return {**usage, **output, **reply.usage}


def _tokens(steps: Iterable[Step]) -> int:
    said = ({name: it for name, it in step.items() if name not in _QUOTES} for step in steps)
    return sum(len(json.dumps(step)) for step in said) // 4


class Stream:
    """The events of one reply, in order; counts on `asked` what has left. `go_on`: see `World`."""

    def __init__(
        self, reply: Reply, asked: Asked, model: str, usage: dict[str, Any], go_on: Semaphore
    ) -> None:
        self._reply = reply
        self._asked = asked
        self._model = model
        self._usage = usage
        self._go_on = go_on
        self._index = -1
        self._open = ""

    async def records(self) -> AsyncIterator[bytes]:
        """Encoded events; some are cut into pieces of `chunk_bytes`. Raises CutHere."""
        async for frame in self._frames():
            record = f"event: {frame['type']}\ndata: {json.dumps(frame, ensure_ascii=False)}\n\n".encode()
            size = self._reply.chunk_bytes or len(record)
            if frame["type"] == "content_block_delta":
                self._asked.first_piece_at = self._asked.first_piece_at or time()
            for start in range(0, len(record), size):
                yield record[start : start + size]
                if self._reply.chunk_bytes:
                    await sleep(0.001)
            if frame["type"] == "content_block_delta":
                self._asked.pieces_sent += 1

    async def _frames(self) -> AsyncIterator[Frame]:
        self._asked.bill({**self._usage, "output_tokens": 1})
        yield {"type": "message_start", "message": opening(self._model, self._usage)}
        for number, step in enumerate(self._reply.steps):
            await sleep(float(step.get("pause") or step.get("stall") or 0))
            if step.get("hold"):
                await self._go_on.acquire()
            if step.get("cut"):
                raise CutHere
            if step.get("end"):
                self._asked.outcome = "truncated"
                return
            for frame in self._play(step):
                yield frame
            said = 1 + _tokens(self._reply.steps[: number + 1])
            self._asked.bill({**self._usage, "output_tokens": said})
            if step.get("error"):
                return
        for frame in self._closing():
            yield frame

    def _play(self, step: Step) -> Iterator[Frame]:
        if (citations := citations_of(step, self._asked)) is not None:
            yield from self._cited(step["text"], citations)
        elif "text" in step:
            yield from self._ensure("text", {"type": "text", "text": ""})
            yield self._delta({"type": "text_delta", "text": step["text"]})
        elif "thinking" in step:
            yield from self._ensure("thinking", {"type": "thinking", "thinking": "", "signature": ""})
            yield self._delta({"type": "thinking_delta", "thinking": step["thinking"]})
            yield self._delta({"type": "signature_delta", "signature": "c2ltdWxhZG8="})
        elif "tool" in step:
            yield from self._tool(step)
        elif step.get("new_block"):
            yield from self._close()
        else:
            yield from self._oddity(step)

    def _cited(self, text: str, citations: list[Any]) -> Iterator[Frame]:
        """A block of its own, as the API parts an answer wherever it cites."""
        yield from self._close()
        yield from self._ensure("text", {"type": "text", "text": "", "citations": []})
        yield self._delta({"type": "text_delta", "text": text[: len(text) // 2]})
        for citation in citations:
            yield self._delta({"type": "citations_delta", "citation": citation})
        yield self._delta({"type": "text_delta", "text": text[len(text) // 2 :]})
        yield from self._close()

    def _oddity(self, step: Step) -> Iterator[Frame]:
        if step.get("ping"):
            yield {"type": "ping"}
        elif "event" in step:
            yield {"type": step["event"], "about": "an event from the future"}
        elif "block" in step:
            yield from self._close()
            yield from self._ensure(step["block"], {"type": step["block"]})
            yield from self._close()
        elif "error" in step:
            self._asked.outcome = "error"
            yield error_body(step["error"], step.get("message", "Overloaded"))

    def _tool(self, step: Step) -> Iterator[Frame]:
        yield from self._close()
        yield from self._ensure("tool_use", _tool_block(step))
        text = step.get("raw_input")
        text = json.dumps(step.get("input") or {}, ensure_ascii=False) if text is None else text
        for piece in ["", *(text[start : start + 7] for start in range(0, len(text), 7))]:
            yield self._delta({"type": "input_json_delta", "partial_json": piece})
        yield from self._close()

    def _ensure(self, kind: str, block: Frame) -> Iterator[Frame]:
        """Open a block of this kind unless one is open."""
        if self._open == kind:
            return
        yield from self._close()
        self._index, self._open = self._index + 1, kind
        yield {"type": "content_block_start", "index": self._index, "content_block": block}
        if self._index == 0:
            yield {"type": "ping"}

    def _close(self) -> Iterator[Frame]:
        if self._open:
            self._open = ""
            yield {"type": "content_block_stop", "index": self._index}

    def _delta(self, delta: Frame) -> Frame:
        return {"type": "content_block_delta", "index": self._index, "delta": delta}

    def _closing(self) -> Iterator[Frame]:
        yield from self._close()
        ending: Frame = {"stop_reason": self._reply.stop_reason, "stop_sequence": None}
        if self._reply.stop_details:
            ending["stop_details"] = self._reply.stop_details
        usage = final_usage(self._reply, self._usage)
        self._asked.bill(usage)
        yield {"type": "message_delta", "delta": ending, "usage": usage}
        yield {"type": "message_stop"}


def error_body(kind: str, message: str, *, code: str = "", request_id: str = "") -> Frame:
    """The API's error object, alone or as an event of a stream."""
    error: Frame = {"type": kind, "message": message}
    if code:
        error["details"] = {"error_code": code}
    return {"type": "error", "error": error, "request_id": request_id or new_id("req")}
