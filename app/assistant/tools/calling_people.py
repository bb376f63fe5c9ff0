"""The tool that every turn has: giving the conversation to people. Its wishes are checked here, not trusted."""

from dataclasses import dataclass
from typing import Any

from app.assistant.replies import Block, Reply, sound
from app.conversations.handoff import Briefing, HandoffReason

HANDOFF = "handoff"
LONGEST = 2000  # characters of each field
URGENCIES = ("low", "normal", "high")
LANGUAGES = ("pt", "en", "es", "other")
REASONS = (
    HandoffReason.ASKED_HUMAN,
    HandoffReason.NO_INFORMATION,
    HandoffReason.NEEDS_PERMISSION,
    HandoffReason.ANGRY,
    HandoffReason.REPEATED_FAILURE,
    HandoffReason.SENSITIVE,
    HandoffReason.OTHER,
)


def words(description: str) -> Block:
    return {"type": "string", "description": description}


DESCRIBED: Block = {
    "name": HANDOFF,
    "description": (
        "Passa a conversa para uma pessoa da equipe. Antes de chamar, escreva ao cliente uma frase curta "
        "que diga que uma pessoa vai continuar; quando ela responde, o sistema acrescenta. Depois de "
        "chamar, não escreva mais nada."
    ),
    "input_schema": {
        "type": "object",
        "properties": {
            "reason": {
                "type": "string",
                "enum": [str(reason) for reason in REASONS],
                "description": (
                    "asked_human: pediu uma pessoa. no_information: a resposta não está nas instruções nem "
                    "na base de conhecimento. needs_permission: só a equipe pode decidir. angry: está "
                    "irritado. repeated_failure: já tentou e não conseguiu ajudar. sensitive: saúde, lei, "
                    "segurança, cobrança contestada. other: outro motivo."
                ),
            },
            "summary": words("Até três linhas para a equipe: o que o cliente quer."),
            "tried": words("O que já foi tentado ou respondido; vazio se nada."),
            "open_questions": words("O que falta saber do cliente, uma pergunta por linha; vazio se nada."),
            "suggested_reply": words("Uma resposta que a equipe poderia dar, se você tem uma; senão vazio."),
            "language": {
                "type": "string",
                "enum": list(LANGUAGES),
                "description": "O idioma em que o cliente escreve.",
            },
            "urgency": {"type": "string", "enum": list(URGENCIES)},
        },
        "required": ["reason", "summary", "urgency"],
    },
}


@dataclass(frozen=True)
class Wish:
    """A hand-over that Claude asked for."""

    reason: HandoffReason
    briefing: Briefing


def handoff_in(reply: Reply) -> Wish | None:
    """The hand-over in a reply, if any. One with a broken input is still one: somebody needs a person."""
    return next((wish_from(call.input) for call in reply.calls if call.name == HANDOFF), None)


def wish_from(given: dict[str, Any] | None) -> Wish:
    given = given or {}
    return Wish(
        reason=next((known for known in REASONS if known == given.get("reason")), HandoffReason.OTHER),
        briefing=Briefing(
            summary=text_in(given, "summary"),
            tried=text_in(given, "tried"),
            questions=text_in(given, "open_questions"),
            suggestion=text_in(given, "suggested_reply"),
            language=one_of(LANGUAGES, given.get("language"), ""),
            urgency=one_of(URGENCIES, given.get("urgency"), "normal"),
        ),
    )


def text_in(given: dict[str, Any], name: str) -> str:
    value = given.get(name)
    return sound(value).strip()[:LONGEST] if isinstance(value, str) else ""


def one_of(known: tuple[str, ...], value: object, otherwise: str) -> str:
    return value if isinstance(value, str) and value in known else otherwise
