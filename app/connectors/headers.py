"""The headers of a connector: they may hold keys, so they are sealed, and nobody is shown their values again."""

import json
import re
from collections.abc import Mapping, Sequence

from cryptography.fernet import InvalidToken
from pydantic import SecretStr

from app.connectors.filling import CUSTOMER, names_in
from app.errors import Invalid
from app.i18n import N_
from app.sealing import seals

PURPOSE = "headers of connectors"
MOST, LONGEST = 10, 2000
NAME = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]{1,100}")
OURS = {
    "host", "content-length", "content-type", "transfer-encoding", "connection", "keep-alive", "upgrade",
    "te", "trailer", "expect", "accept-encoding", "idempotency-key", "proxy-authorization",
}  # fmt: skip

NO_HEADER = N_("One header a line, as in X-Api-Key: abc123. Values are plain ASCII.")
OUR_OWN = N_("This header is set by the program itself.")
ONLY_CUSTOMER = N_("In headers only {{contact_id}}, {{phone}} and {{bsuid}} are filled in.")
TOO_MANY = N_("At most ten headers.")

Secrets = Sequence[SecretStr]


class Unopenable(Exception):
    """Sealed by a SECRET_KEY that is not here any more."""


def in_lines(typed: str) -> dict[str, str]:
    """Raises Invalid (field "new_headers")."""
    found: dict[str, str] = {}
    for line in filter(str.strip, typed.splitlines()):
        name, colon, value = (part.strip() for part in line.partition(":"))
        if not colon or not value or not NAME.fullmatch(name) or not is_plain(value):
            raise fault(NO_HEADER)
        if name.lower() in OURS:
            raise fault(OUR_OWN)
        if not names_in(value) <= set(CUSTOMER):
            raise fault(ONLY_CUSTOMER)
        found[name] = value
    return found


def is_plain(value: str) -> bool:
    return value.isascii() and value.isprintable() and len(value) <= LONGEST


def together(kept: Mapping[str, str], new: Mapping[str, str]) -> dict[str, str]:
    """`new` replaces what has the same name in whatever letters. Raises Invalid."""
    replaced = {name.lower() for name in new}
    found = {name: value for name, value in kept.items() if name.lower() not in replaced} | dict(new)
    if len(found) > MOST:
        raise fault(TOO_MANY)
    return found


def sealed(headers: Mapping[str, str], secrets: Secrets) -> str:
    return seals(secrets, PURPOSE).encrypt(json.dumps(dict(headers)).encode()).decode() if headers else ""


def opened(kept: str, secrets: Secrets) -> dict[str, str]:
    """Raises Unopenable."""
    if not kept:
        return {}
    try:
        found: dict[str, str] = json.loads(seals(secrets, PURPOSE).decrypt(kept.encode()))
    except InvalidToken:
        raise Unopenable from None
    return found


def fault(words: str) -> Invalid:
    return Invalid(words, field="new_headers")
