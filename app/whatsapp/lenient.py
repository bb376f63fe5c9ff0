"""Looking into JSON that somebody else shapes: what is missing or of another type reads as absent."""

import json
import math
import re
from typing import Any, NoReturn

from app.characters import storable

JsonObject = dict[str, Any]

DEEPEST = 64
LARGEST = 2**63 - 1  # what both databases keep as an integer

# A string that never closes runs to the end, so that the scan stays linear on any bytes.
STRING = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+(?:"|\\?\Z)', re.DOTALL)
NOT_BRACKETS = bytes(byte for byte in range(256) if byte not in b"[]{}")
ONE_KIND = bytes.maketrans(b"{}", b"[]")
# What cleaning could find: JSON in UTF-8 holds a surrogate or NUL only as an escape. Most bodies have none.
UNCLEAN = re.compile(rb"\\u(?:[dD][89a-fA-F]|0000)")  # begins with what few bytes are: a fast search


class Unusable(ValueError):
    """A body that is no JSON we can work with; `reason` is a short phrase without any of its content."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def loads(body: bytes) -> Any:
    """The JSON in these bytes, cleaned so that both databases can store every value.

    Raises Unusable: not UTF-8 (strictly, no byte order mark), not JSON, nested deeper than 64, a number
    that is not finite or longer than Python reads.
    """
    if is_too_deep(body):
        raise Unusable("nested too deep")
    try:
        document = READER.decode(body.decode())
        return clean(document) if UNCLEAN.search(body) else document
    except Unusable:
        raise
    except UnicodeDecodeError:
        raise Unusable("not UTF-8") from None
    except json.JSONDecodeError:
        raise Unusable("not JSON") from None
    except RecursionError:
        raise Unusable("nested too deep") from None
    except ValueError:  # more digits than int() reads
        raise Unusable("a number too large") from None


def is_too_deep(body: bytes, deepest: int = DEEPEST) -> bool:
    """Whether brackets nest deeper than that, or do not close; looked up before any parser recurses."""
    if body.count(b"{") + body.count(b"[") <= deepest:
        return False
    brackets = STRING.sub(b"", body).translate(ONE_KIND, NOT_BRACKETS)
    for _ in range(deepest):  # each round takes away the innermost level
        fewer = brackets.replace(b"[]", b"")
        if fewer == brackets:
            break
        brackets = fewer
    return bool(brackets)


def _not_finite(name: str) -> NoReturn:
    raise Unusable("a number that is not finite")


def _finite(digits: str) -> float:
    number = float(digits)
    return number if math.isfinite(number) else _not_finite(digits)


def _whole(digits: str) -> int | str:
    """A whole number, its digits when it is beyond 63 bits. Raises ValueError for more digits than int() reads."""
    number = int(digits)
    return number if -LARGEST <= number <= LARGEST else str(number)


READER = json.JSONDecoder(parse_constant=_not_finite, parse_float=_finite, parse_int=_whole)


def clean(value: Any) -> Any:
    """The same JSON with every text and key `storable`."""
    if isinstance(value, str):
        return storable(value)
    if isinstance(value, dict):
        return {storable(key): clean(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [clean(inner) for inner in value]
    return value


def at(value: Any, *keys: str) -> Any:
    """What stands at this path of keys, None where the path ends early."""
    for key in keys:
        value = value.get(key) if isinstance(value, dict) else None
    return value


def text_at(value: Any, key: str, *more: str) -> str:
    """The string at this path, a whole number as its digits; "" for anything else."""
    found = value.get(key) if isinstance(value, dict) else None
    if more:
        found = at(found, *more)
    if isinstance(found, str):
        return found
    return str(found) if isinstance(found, int) and not isinstance(found, bool) else ""


def object_at(value: Any, *keys: str) -> JsonObject:
    """The object at this path, or an empty one."""
    found = at(value, *keys)
    return found if isinstance(found, dict) else {}


def objects_at(value: Any, *keys: str) -> list[JsonObject]:
    """The objects of the list at this path; other things in it are left out."""
    found = at(value, *keys)
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []


def number_at(value: Any, *keys: str) -> int | None:
    """The whole number at this path, also when written as a short string of digits."""
    digits = text_at(value, *keys)
    return int(digits) if re.fullmatch(r"-?[0-9]{1,18}", digits) else None
