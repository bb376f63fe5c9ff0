"""Reading a form field as text, whatever was sent."""

from starlette.datastructures import FormData


def text_field(form: FormData, name: str) -> str:
    """The field's text; "" when it is missing or a file. Zero characters and half surrogates, which no database keeps,
    are replaced."""
    value = form.get(name)
    if not isinstance(value, str):
        return ""
    return value.replace("\0", "\u2400").encode("utf-8", "replace").decode("utf-8")


def is_on(form: FormData, name: str) -> bool:
    """A checkbox: browsers send `on`, or nothing."""
    return text_field(form, name) in {"on", "true", "1"}


def whole_number(text: str, *, lowest: int, highest: int) -> int | None:
    """ASCII digits within the bounds; None for anything else."""
    if not text.isascii() or not text.isdigit() or len(text) > 18:
        return None
    number = int(text)
    return number if lowest <= number <= highest else None
