"""What kind of name for a person an id is. Meta puts one kind in fields named for another, so the
pattern decides, never the field."""

import re
from enum import StrEnum


class UserIdKind(StrEnum):
    WA_ID = "wa_id"  # the phone number: digits without +
    BSUID = "bsuid"  # CC. and alphanumerics: this user for this business portfolio
    PARENT_BSUID = "parent_bsuid"  # CC.ENT.…: the same across linked portfolios


PATTERNS = {
    UserIdKind.WA_ID: re.compile(r"\+?[0-9]{1,20}"),
    UserIdKind.PARENT_BSUID: re.compile(r"[A-Z]{2}\.ENT\.[A-Za-z0-9]{1,128}"),
    UserIdKind.BSUID: re.compile(r"[A-Z]{2}\.[A-Za-z0-9]{1,128}"),
}


def kind_of(user_id: str) -> UserIdKind | None:
    """The kind this id is by its pattern, None for anything else (empty, a name, a group)."""
    if not user_id:  # most fields are absent
        return None
    for kind, pattern in PATTERNS.items():
        if pattern.fullmatch(user_id):
            return kind
    return None
