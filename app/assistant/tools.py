"""What Claude may do besides talking: call a person. Its wishes are checked here, not trusted."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from app.assistant.replies import Block, Reply, ToolCall, sound
from app.conversations.handoff import HandoffReason

HANDOFF = "handoff"
LONGEST_SUMMARY = 2000
URGENCIES = ("low", "normal", "high")
REASONS = (
    HandoffReason.ASKED_HUMAN,
    HandoffReason.NO_INFORMATION,
    HandoffReason.NEEDS_PERMISSION,
    HandoffReason.ANGRY,
    HandoffReason.REPEATED_FAILURE,
    HandoffReason.SENSITIVE,
    HandoffReason.OTHER,
)

TOOLS: tuple[Block, ...] = (
    {
        "name": HANDOFF,
        "description": (
            "Passa a conversa para uma pessoa da equipe. Antes de chamar, escreva ao cliente uma frase curta "
            "que diga que uma pessoa vai continuar. Depois de chamar, não escreva mais nada."
        ),
        "input_schema": {
            "type": "object",
            "properties": {
                "reason": {
                    "type": "string",
                    "enum": [str(reason) for reason in REASONS],
                    "description": (
                        "asked_human: pediu uma pessoa. no_information: a resposta não está nas instruções. "
                        "needs_permission: só a equipe pode decidir. angry: está irritado. repeated_failure: "
                        "já tentou e não conseguiu ajudar. sensitive: saúde, lei, segurança, cobrança "
                        "contestada. other: outro motivo."
                    ),
                },
                "summary": {
                    "type": "string",
                    "description": "Até três linhas para a equipe: o que o cliente quer e o que já tentou.",
                },
                "urgency": {"type": "string", "enum": list(URGENCIES)},
            },
            "required": ["reason", "summary", "urgency"],
        },
    },
)


@dataclass(frozen=True)
class Wish:
    """A hand-over that Claude asked for."""

    reason: HandoffReason
    summary: str
    urgency: str


def handoff_in(reply: Reply) -> Wish | None:
    """The hand-over in a reply, if any. One with a broken input is still one: somebody needs a person."""
    return next((wish_from(call.input) for call in reply.calls if call.name == HANDOFF), None)


def wish_from(given: dict[str, Any] | None) -> Wish:
    given = given or {}
    reason = next((known for known in REASONS if known == given.get("reason")), HandoffReason.OTHER)
    summary = given.get("summary")
    urgency = given.get("urgency")
    return Wish(
        reason=reason,
        summary=sound(summary).strip()[:LONGEST_SUMMARY] if isinstance(summary, str) else "",
        urgency=urgency if urgency in URGENCIES else "normal",
    )


def results_of(calls: Iterable[ToolCall]) -> Block:
    """The turn that answers calls of tools that do not exist, so that Claude goes on without them."""
    unknown = {"type": "tool_result", "is_error": True, "content": "Essa ferramenta não existe."}
    results = [unknown | {"tool_use_id": call.id} for call in calls]
    return {"role": "user", "content": results}
