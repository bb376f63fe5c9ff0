"""A connector is tried by an admin: the same checks, the same request, the same words that Claude would read."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from secrets import token_hex
from typing import Any

from pydantic import ValidationError

from app.assistant.tools.connecting import takes, told
from app.assistant.tools.toolbox import Unusable, what_is_wrong
from app.connectors import filling
from app.connectors.arguments import Argument, Kind, from_kept
from app.connectors.asking import Failed, Outside, request_of
from app.connectors.headers import Secrets
from app.connectors.models import Connector
from app.errors import Invalid

MASK = "••••••"


@dataclass(frozen=True)
class Tried:
    """`request`: what left, line by line, without the values of its headers; empty when nothing could. `reads`: what
    Claude would get."""

    request: Sequence[str]
    status: int | None
    took_ms: int
    reads: str
    works: bool


async def try_out(
    connector: Connector, typed: Mapping[str, str], outside: Outside, secrets: Secrets
) -> Tried:
    """`typed`: each argument and each fact of the customer by its name. Raises Invalid (field "trial")."""
    given = {
        one.name: as_given(one, typed[one.name])
        for one in from_kept(connector.arguments)
        if typed.get(one.name)
    }
    try:
        checked = takes(connector).model_validate(given).model_dump(exclude_unset=True)
    except ValidationError as fault:
        raise Invalid(what_is_wrong(fault), field="trial") from None
    values = checked | {name: typed[name] for name in filling.CUSTOMER if typed.get(name)}
    outcome = await outside.ask(connector, values, secrets, token_hex(16) if connector.changes else "")
    try:
        reads, works = str(told(outcome, changes=connector.changes).content), True
    except Unusable as fault:
        reads, works = str(fault), False
    return Tried(lines_of(connector, values, secrets), outcome.status, outcome.took_ms, reads, works)


def as_given(argument: Argument, typed: str) -> Any:
    """As Claude would give it; what is no number stays text, and is refused like Claude's."""
    try:
        match argument.kind:
            case Kind.INTEGER:
                return int(typed)
            case Kind.NUMBER:
                return float(typed.replace(",", "."))
            case Kind.YES_NO:
                return typed == "true"
    except ValueError:
        return typed
    return typed


def lines_of(connector: Connector, values: Mapping[str, Any], secrets: Secrets) -> list[str]:
    try:
        sent = request_of(connector, values, secrets)
    except Failed:
        return []
    shown = [f"{name}: {value if name == 'Content-Type' else MASK}" for name, value in sent.headers.items()]
    return [f"{sent.method} {sent.url}", *shown, *([sent.body] if sent.body else [])]
