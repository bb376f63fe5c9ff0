"""The tools of one turn: what Claude may call, each call checked before it does anything, and what came of it."""

import json
import logging
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass, field
from time import monotonic
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from app.assistant.replies import Block, ToolCall, sound
from app.assistant.tools import calling_people
from app.characters import storable

log = logging.getLogger(__name__)

MOST_CALLS, MOST_OF_ONE = 20, 3  # in a turn; one and the same call
LONGEST_RESULT = 20_000  # characters

UNKNOWN = "Essa ferramenta não existe."
ENOUGH = "Chega de chamadas: responda com o que você já sabe, ou passe a conversa para uma pessoa."
WRONG = "Os dados da chamada não servem: "
BROKE = "A ferramenta não respondeu. Não tente de novo; responda sem ela ou passe a conversa para uma pessoa."


class Input(BaseModel):
    """What a tool takes. Claude's words are checked against it, to the letter."""

    model_config = ConfigDict(extra="forbid", str_max_length=4000)


class Unusable(Exception):
    """The tool cannot do this; the words (Portuguese) go back to Claude. `status`: as of `Result`."""

    def __init__(self, words: str, status: int | None = None) -> None:
        super().__init__(words)
        self.status = status


@dataclass(frozen=True)
class Found:
    """A passage of knowledge that a tool has shown to Claude."""

    article_id: int
    title: str
    score: float


@dataclass(frozen=True)
class Result:
    """What goes back to Claude: text, or the API's blocks; for the attendant beside it, what was found, and which status
    another system answered with."""

    content: str | list[Block]
    found: tuple[Found, ...] = ()
    status: int | None = None


@dataclass(frozen=True)
class Tool:
    """`changes`: it has an effect, so the same call is not made twice in a turn, a fresh attempt included."""

    name: str
    description: str
    input: type[Input]
    use: Callable[[Any], Awaitable[Result]]
    changes: bool = False

    @property
    def described(self) -> Block:
        """The same bytes for the same tool, or nothing could be cached."""
        schema = self.input.model_json_schema()
        schema.pop("title", None)
        schema.pop("description", None)
        for one in schema.get("properties", {}).values():
            one.pop("title", None)
        return {"name": self.name, "description": self.description, "input_schema": schema}


@dataclass(frozen=True)
class Step:
    """One call as the attendants see it afterwards. `given`: what Claude asked, None when that was no object; `status` of
    another system; `took_ms` None where nobody looked."""

    tool: str
    given: dict[str, Any] | None
    is_error: bool
    found: tuple[Found, ...] = ()
    status: int | None = None
    took_ms: int | None = None

    def as_json(self) -> dict[str, Any]:
        """As both engines keep it."""
        given, found = storable_in(self.given), [vars(one) for one in self.found]
        return vars(self) | {"tool": storable(self.tool), "given": given, "found": found}


@dataclass
class Toolbox:
    """`may_go_on` raises what ends the turn once it is not Claude's any more; it is asked before each round."""

    tools: Sequence[Tool]
    may_go_on: Callable[[], Awaitable[None]]
    steps: list[Step] = field(default_factory=list)
    _counted: Counter[str] = field(default_factory=Counter)
    _done: dict[str, Result | Unusable] = field(default_factory=dict)

    @property
    def articles(self) -> list[tuple[int, str]]:
        """(id, title) of each article that was found, in the order in which they were."""
        found = {one.article_id: one.title for step in self.steps for one in step.found}
        return list(found.items())

    async def answer(self, calls: Iterable[ToolCall]) -> Block:
        """The turn that goes back to Claude: a result for each call, in their order."""
        await self.may_go_on()
        return {"role": "user", "content": [await self._result_of(call) for call in calls]}

    async def _result_of(self, call: ToolCall) -> Block:
        began = monotonic()
        try:
            result, is_error = await self._use(call), False
        except Unusable as fault:
            result, is_error = Result(str(fault), status=fault.status), True
        took = round((monotonic() - began) * 1000)
        self.steps.append(Step(call.name[:64], call.input, is_error, result.found, result.status, took))
        block = {"type": "tool_result", "tool_use_id": call.id, "content": bounded(result.content)}
        return block | ({"is_error": True} if is_error else {})

    async def _use(self, call: ToolCall) -> Result:
        tool = next((one for one in self.tools if one.name == call.name), None)
        if tool is None:
            raise Unusable(UNKNOWN)
        same = json.dumps([call.name, call.input], sort_keys=True)
        if tool.changes and same in self._done:
            return outcome_of(self._done[same])
        self._counted[same] += 1
        if self._counted.total() > MOST_CALLS or self._counted[same] > MOST_OF_ONE:
            raise Unusable(ENOUGH)
        try:
            given = tool.input.model_validate(call.input)
        except ValidationError as fault:
            raise Unusable(WRONG + what_is_wrong(fault)) from None
        if not tool.changes:
            return await self._tried(tool, given)
        try:
            self._done[same] = await self._tried(tool, given)
        except Unusable as fault:
            self._done[same] = fault  # perhaps it was done all the same
        return outcome_of(self._done[same])

    async def _tried(self, tool: Tool, given: Input) -> Result:
        try:
            return await tool.use(given)
        except (TimeoutError, OSError) as fault:
            log.warning("a tool failed", extra={"tool": tool.name, "fault": type(fault).__name__})
            raise Unusable(BROKE) from None


def outcome_of(done: Result | Unusable) -> Result:
    if isinstance(done, Unusable):
        raise done
    return done


def storable_in(node: Any) -> Any:
    """The same JSON, each text in it as both engines take it."""
    if isinstance(node, dict):
        return {storable(name): storable_in(one) for name, one in node.items()}
    if isinstance(node, list):
        return [storable_in(one) for one in node]
    return storable(node) if isinstance(node, str) else node


def described(tools: Iterable[Tool]) -> list[Block]:
    """The tools as the API takes them; calling people is always one of them."""
    return [*(tool.described for tool in tools), calling_people.DESCRIBED]


def bounded(content: str | list[Block]) -> str | list[Block]:
    """The API refuses an empty result."""
    if isinstance(content, str):
        return sound(content).strip()[:LONGEST_RESULT] or "(vazio)"
    return content or "(nada)"


def what_is_wrong(fault: ValidationError) -> str:
    """The fields and what they should be, without what was given: it may be somebody's words."""
    wrong = [f"{'.'.join(map(str, one['loc'])) or 'tudo'}: {one['type']}" for one in fault.errors()]
    return "; ".join(wrong[:5])[:500]
