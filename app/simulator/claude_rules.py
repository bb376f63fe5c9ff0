"""What Claude's API answers with 400."""

from collections.abc import Iterable
from typing import Any

from app.simulator.claude_citations import check_citations, check_search_result, inside
from app.simulator.claude_files import BadRequest, check_file, require

Body = dict[str, Any]
_SAMPLING = ("temperature", "top_p", "top_k")


def check(body: Body, *, counting: bool = False) -> None:
    """Raises BadRequest for the first thing that the real API would refuse."""
    require(isinstance(body.get("model"), str) and body["model"], "model: Field required")
    if not counting:
        _check_limits(body)
    for name in _SAMPLING:
        require(name not in body, f"{name}: Extra inputs are not permitted")
    messages = body.get("messages")
    if not isinstance(messages, list) or not messages:
        raise BadRequest("messages: at least one message is required")
    for position, message in enumerate(messages):
        _check_message(position, message)
    require(messages[-1]["role"] != "assistant", "messages: the conversation must end with a user message")
    _check_tool_pairs(messages)
    check_citations(body)
    require(len(list(_breakpoints(body))) <= 4, "A maximum of 4 blocks with cache_control may be provided.")


def _check_limits(body: Body) -> None:
    limit = body.get("max_tokens")
    require(isinstance(limit, int) and limit >= 0, "max_tokens: Field required")
    thinking = body.get("thinking") or {}
    if "-5" in str(body["model"]).removeprefix("claude"):
        require("budget_tokens" not in thinking, "thinking.budget_tokens: Extra inputs are not permitted")


def _check_message(position: int, message: Any) -> None:
    where = f"messages.{position}"
    require(isinstance(message, dict), f"{where}: Input should be an object")
    require(
        message.get("role") in ("user", "assistant", "system"),
        f"{where}.role: Input should be 'user' or 'assistant'",
    )
    content = message.get("content")
    require(content, f"{where}: messages must have non-empty content")
    require(isinstance(content, str | list), f"{where}.content: Input should be a string or a list")
    require(
        not isinstance(content, str) or content.strip(),
        f"{where}: text content blocks must contain non-whitespace text",
    )
    for block in blocks(message):
        _check_block(where, message["role"], block)


def _check_block(where: str, role: str, block: Any) -> None:
    require(
        isinstance(block, dict) and block.get("type"), f"{where}.content: Input should be a block with a type"
    )
    kind = block["type"]
    if kind == "text":
        require(str(block.get("text", "")).strip(), f"{where}: text content blocks must be non-empty")
        require(
            role == "assistant" or "citations" not in block,
            f"{where}: citations are not permitted on user text",
        )
    if kind == "search_result":
        check_search_result(where, role, block)
    if kind == "tool_result":
        _check_result(where, block)
    if kind in ("image", "document"):
        check_file(where, kind, block)
    require(
        kind != "document" or role == "user", f"{where}: document blocks are only permitted in user turns"
    )
    require(kind != "tool_use" or role == "assistant", f"{where}: tool_use blocks belong to assistant turns")
    require(kind != "tool_result" or role == "user", f"{where}: tool_result blocks belong to user turns")
    require(kind != "audio", f"{where}: Input tag 'audio' found does not match any of the expected tags")


def _check_result(where: str, block: Body) -> None:
    """What a tool gave back: text or blocks, none of them blank, and nothing cites anything there."""
    for one in inside(block):
        require(
            one.get("type") != "tool_result", f"{where}.tool_result: Input tag 'tool_result' is not expected"
        )
        _check_block(f"{where}.tool_result", "user", one)


def _check_tool_pairs(messages: list[Body]) -> None:
    """Each tool_use is answered in the very next turn, and nothing else is."""
    waiting: set[str] = set()
    for message in messages:
        answered = {str(one.get("tool_use_id")) for one in blocks(message) if one["type"] == "tool_result"}
        require(answered <= waiting, "unexpected `tool_use_id` found in `tool_result` blocks")
        require(
            waiting <= answered,
            "`tool_use` ids were found without `tool_result` blocks immediately after",
        )
        waiting = {str(one.get("id")) for one in blocks(message) if one["type"] == "tool_use"}


def blocks(message: Body) -> list[Body]:
    """The content as blocks, also when it was one string."""
    content = message.get("content")
    return [{"type": "text", "text": content}] if isinstance(content, str) else content or []


def _breakpoints(body: Body) -> Iterable[Body]:
    system = body.get("system")
    parts: list[Any] = [*(system if isinstance(system, list) else []), *(body.get("tools") or [])]
    for message in body["messages"]:
        for block in blocks(message):
            parts += [block, *inside(block)]
    return (part for part in [*parts, body] if isinstance(part, dict) and part.get("cache_control"))
