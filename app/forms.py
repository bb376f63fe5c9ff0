"""Reading a form field as text, whatever was sent."""

import re
from decimal import Decimal

from starlette.datastructures import FormData


def text_field(form: FormData, name: str) -> str:
    """The field's text; "" when it is missing or a file. Zero characters, which no database keeps, are the field's own
    affair: a person's text shows them, a name is wrong with one."""
    value = form.get(name)
    return value if isinstance(value, str) else ""


def is_on(form: FormData, name: str) -> bool:
    """A checkbox: browsers send `on`, or nothing."""
    return text_field(form, name) in {"on", "true", "1"}


def whole_number(text: str, *, lowest: int, highest: int) -> int | None:
    """ASCII digits within the bounds; None for anything else."""
    if not text.isascii() or not text.isdigit() or len(text) > 18:
        return None
    number = int(text)
    return number if lowest <= number <= highest else None


def scaled_number(text: str, *, places: int, highest: int) -> int | None:
    """A number of at least 0 with at most so many decimals after a point or a comma, in units of the last place, within
    the bound; None for anything else."""
    found = re.fullmatch(r"([0-9]{1,12})(?:[.,]([0-9]{1,12}))?", text.strip(), re.ASCII)
    if found is None or len((found[2] or "").rstrip("0")) > places:
        return None
    number = int(Decimal(f"{found[1]}.{found[2] or 0}").scaleb(places))
    return number if number <= highest else None
