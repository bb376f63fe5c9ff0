"""Reading a form field as text, whatever was sent."""

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
