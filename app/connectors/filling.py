"""A connector's address, body and headers with their placeholders filled in.

`{{order}}` stands for an argument of Claude's. `{{contact_id}}`, `{{phone}}` and `{{bsuid}}` are the customer who writes:
they come from the channel alone and are no argument. What is filled in stays one value: in an address it cannot begin
another part of the path or another parameter, in a body it cannot leave its string.
"""

import json
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

CUSTOMER = ("contact_id", "phone", "bsuid")
PLACEHOLDER = re.compile(r"\{\{\s*([a-z][a-z0-9_]*)\s*\}\}")
ONLY_DOTS = re.compile(r"(?:\.|%2e)+", re.IGNORECASE)

Values = Mapping[str, Any]


class NotKnown(Exception):
    """The channel does not tell this of the customer."""


class NoPartOfAPath(Exception):
    """A value that would lead to another place."""


def names_in(template: str) -> set[str]:
    return set(PLACEHOLDER.findall(template))


def filled_url(template: str, values: Values) -> str:
    """Raises NotKnown and NoPartOfAPath."""
    path, mark, query = template.partition("?")
    pieces = []
    for piece in path.split("/"):
        filled = with_values(piece, values, escaped)
        if piece != filled and (not filled or ONLY_DOTS.fullmatch(filled)):
            raise NoPartOfAPath
        pieces.append(filled)
    return "/".join(pieces) + mark + with_values(query, values, escaped)


def filled_text(template: str, values: Values) -> str:
    """Raises NotKnown."""
    return with_values(template, values, as_text)


def filled_json(template: str, values: Values) -> str:
    """A text that is nothing but a placeholder becomes the value with its own type. Raises NotKnown."""
    return json.dumps(filled(json.loads(template), values), ensure_ascii=False)


def filled(node: Any, values: Values) -> Any:
    if isinstance(node, dict):
        return {name: filled(one, values) for name, one in node.items()}
    if isinstance(node, list):
        return [filled(one, values) for one in node]
    if not isinstance(node, str):
        return node
    alone = PLACEHOLDER.fullmatch(node)
    return value_of(alone[1], values) if alone else filled_text(node, values)


def with_values(template: str, values: Values, shown: Any) -> str:
    return PLACEHOLDER.sub(lambda found: shown(value_of(found[1], values)), template)


def value_of(name: str, values: Values) -> Any:
    """None for an argument that was left out."""
    value = values.get(name)
    if value is None and name in CUSTOMER:
        raise NotKnown(name)
    return value


def escaped(value: Any) -> str:
    return quote(as_text(value), safe="")


def as_text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)
