"""What Claude has to tell a connector: the admin's words for each argument, and the type that checks it to the letter."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, StrictBool, StrictFloat, StrictInt, StrictStr

from app.connectors.filling import CUSTOMER
from app.errors import Invalid
from app.i18n import N_

MOST, MOST_CHOICES = 8, 20
LONGEST_TEXT, USUAL_TEXT = 1000, 200
LONGEST_DESCRIPTION = 300
NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")
SPAN = re.compile(r"(-?\d{1,12}(?:\.\d{1,6})?)\s*(?:-|–|\.\.)\s*(-?\d{1,12}(?:\.\d{1,6})?)")

NO_NAME = N_("An argument's name is lower case letters, digits and _, and none of contact_id, phone, bsuid.")
TWICE = N_("Two arguments have the same name.")
NO_WORDS = N_("Tell Claude in at most 300 characters what each argument is.")
NO_LIMITS = N_(
    "Limits: the longest text, such as 40; from and to of a number, such as 1-100; the values of a choice with commas."
)


class Kind(StrEnum):
    TEXT = "text"
    NUMBER = "number"
    INTEGER = "integer"
    YES_NO = "yes_no"
    CHOICE = "choice"


@dataclass(frozen=True)
class Argument:
    """`limits` as somebody typed them: the longest text, from and to of a number, the values of a choice."""

    name: str
    kind: Kind
    description: str
    required: bool
    limits: str = ""


def kept(arguments: Iterable[Argument]) -> dict[str, Any]:
    """As the database has them."""
    return {"arguments": [asdict(one) for one in arguments]}


def from_kept(stored: Mapping[str, Any]) -> list[Argument]:
    return [Argument(**one | {"kind": Kind(one["kind"])}) for one in stored.get("arguments", [])]


def checked(arguments: Sequence[Argument]) -> Sequence[Argument]:
    """Raises Invalid (field "arguments")."""
    names = [one.name for one in arguments]
    if not all(NAME.fullmatch(name) and name not in CUSTOMER for name in names):
        raise fault(NO_NAME)
    if len(set(names)) < len(names):
        raise fault(TWICE)
    for one in arguments:
        if not one.description or len(one.description) > LONGEST_DESCRIPTION:
            raise fault(NO_WORDS)
        type_of(one)
    return arguments


def fields_of(arguments: Iterable[Argument]) -> dict[str, Any]:
    """The fields of a pydantic model that takes exactly these; what is not required may be left out, not be null."""
    left_out: dict[str, Any] = {"default": None}
    return {
        one.name: (type_of(one), Field(**({} if one.required else left_out), description=one.description))
        for one in arguments
    }


def type_of(argument: Argument) -> Any:
    """Raises Invalid for limits that are none."""
    match argument.kind:
        case Kind.TEXT:
            text = Field(min_length=1, max_length=longest(argument.limits))
            return Annotated[StrictStr, text, AfterValidator(printable)]
        case Kind.NUMBER:
            bounds = span(argument.limits, float)
            return Annotated[StrictFloat, Field(allow_inf_nan=False, **bounds)]
        case Kind.INTEGER:
            return Annotated[StrictInt, Field(**span(argument.limits, int))]
        case Kind.YES_NO:
            return StrictBool
        case Kind.CHOICE:
            return Literal[choices(argument.limits)]


def longest(limits: str) -> int:
    if not limits:
        return USUAL_TEXT
    if not re.fullmatch(r"[1-9]\d{0,3}", limits, re.ASCII) or int(limits) > LONGEST_TEXT:
        raise fault(NO_LIMITS)
    return int(limits)


def span(limits: str, number: type[int] | type[float]) -> dict[str, Any]:
    if not limits:
        return {}
    found = SPAN.fullmatch(limits)
    try:
        lowest, highest = (number(one) for one in found.groups()) if found else (1, 0)
    except ValueError:  # decimals where whole numbers are wanted
        raise fault(NO_LIMITS) from None
    if lowest > highest:
        raise fault(NO_LIMITS)
    return {"ge": lowest, "le": highest}


def choices(limits: str) -> tuple[str, ...]:
    found = tuple(dict.fromkeys(one.strip() for one in limits.split(",") if one.strip()))
    if not found or len(found) > MOST_CHOICES or any(len(one) > 100 for one in found):
        raise fault(NO_LIMITS)
    return found


def printable(text: str) -> str:
    """No control characters but line breaks. Raises ValueError."""
    if not text.replace("\n", "").isprintable():
        raise ValueError("control characters")
    return text


def fault(words: str) -> Invalid:
    return Invalid(words, field="arguments")
