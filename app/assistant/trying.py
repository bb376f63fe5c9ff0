"""Whether the provider can be reached with this key and model: one call of one token."""

from dataclasses import dataclass, field

from app.assistant.calls import Calls
from app.assistant.claude import Claude, Request
from app.assistant.failures import ClaudeFailed, Misconfigured
from app.assistant.replies import Block

QUESTION: Block = {"role": "user", "content": "Oi"}
TOOL: Block = {
    "name": "handoff",
    "description": "Passa a conversa para uma pessoa.",
    "input_schema": {"type": "object", "properties": {}},
}


@dataclass
class Tried:
    """`failure`: a failure's name, None when it works; then `takes_tools` tells whether Claude could call people."""

    model: str
    failure: str | None = None
    takes_tools: bool = True
    calls: Calls = field(default_factory=list)

    @property
    def works(self) -> bool:
        return self.failure is None

    @property
    def milliseconds(self) -> int:
        return self.calls[-1].latency_ms if self.calls else 0


async def try_connection(provider: Claude, model: str) -> Tried:
    """Ask with a tool; a server that refuses that is asked again without one."""
    tried = Tried(model)
    for tools in ((TOOL,), ()):
        tried.takes_tools = bool(tools)
        try:
            await provider.stream(
                Request("Responda.", [QUESTION], tools, model=model, max_tokens=1), str, tried.calls
            )
        except ClaudeFailed as failure:
            tried.failure = failure.kind
            if not (isinstance(failure, Misconfigured) and failure.kind.startswith("400 ")):
                return tried
        else:
            tried.failure = None
            return tried
    return tried
