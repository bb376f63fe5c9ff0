"""An answer of Claude's then, or now, as the page of differences shows both."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from app.assistant.models import ApiCall
from app.rehearsing.redacting import Redact
from app.rehearsing.rehearsal import Rehearsed


@dataclass(frozen=True)
class Side:
    """`words`: what the customer reads, or what was held back. `tools`: their names, in order. `microusd` None: the model
    has no price."""

    words: str = ""
    reason: str | None = None
    summary: str = ""
    is_held: bool = False
    is_silence: bool = False
    failure: str | None = None
    tools: Sequence[str] = ()
    model: str = ""
    prompt_tokens: int = 0
    cached_tokens: int = 0
    output_tokens: int = 0
    microusd: int | None = 0

    def as_json(self) -> dict[str, Any]:
        return asdict(self) | {"tools": list(self.tools)}


def spent(calls: Iterable[ApiCall]) -> dict[str, int | None]:
    """The tokens of these calls, and what they cost."""
    calls = list(calls)
    costs = [call.cost_microusd for call in calls]
    cached = sum(call.cache_read_tokens for call in calls)
    written = sum(call.cache_write_5m_tokens + call.cache_write_1h_tokens for call in calls)
    return {
        "prompt_tokens": sum(call.input_tokens for call in calls) + written + cached,
        "cached_tokens": cached,
        "output_tokens": sum(call.output_tokens for call in calls),
        "microusd": None if None in costs else sum(cost or 0 for cost in costs),
    }


def side_of(made: Rehearsed, redact: Redact) -> Side:
    """Now."""
    ending = made.ending
    words = ending.briefing.suggestion if ending.is_held else "\n\n".join(ending.bubbles)
    return Side(
        words=redact(words),
        reason=ending.reason,
        summary=redact(ending.briefing.summary),
        is_held=ending.is_held,
        is_silence=ending.is_silence,
        failure=ending.failure,
        tools=tools_in(step.as_json() for step in made.steps),
        model=made.model,
        **spent(made.calls),  # type: ignore[arg-type]
    )


def tools_in(steps: Iterable[Mapping[str, Any]]) -> list[str]:
    """Their names; what was looked up before Claude was asked is not among them."""
    return [str(step["tool"]) for step in steps if step["given"] is not None]
