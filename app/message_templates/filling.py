"""A template filled in: the text that the customer reads, and the JSON that Graph takes."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any
from urllib.parse import quote

from app.conversations.outgoing import AS_SHOWN, CHOSEN_FILE, Outgoing, is_longer
from app.errors import Invalid
from app.i18n import N_
from app.message_templates.models import Template
from app.message_templates.parts import MEDIA_LINK, PLACEHOLDER, Button, Parts, Variable, parts_of
from app.web_addresses import is_web_address

LONGEST_VALUE = 1024
WRONG_FILE = {
    "image": N_("This template takes a picture at its top. Choose a JPEG or PNG."),
    "video": N_("This template takes a video at its top. Choose an MP4."),
    "document": N_("This template takes a document at its top. Choose a PDF."),
}
NAMES = {"1", "nome", "name", "nome_cliente", "customer_name", "first_name", "primeiro_nome"}


@dataclass(frozen=True)
class Preview:
    """A message as the customer would see it; what is not filled in yet shows its placeholder."""

    header: str
    media: str | None
    body: str
    footer: str
    buttons: tuple[str, ...]

    @property
    def text(self) -> str:
        """All of it in words: the bubble, the list and Claude read this."""
        buttons = " ".join(f"[{words}]" for words in self.buttons)
        return "\n\n".join(part for part in (self.header, self.body, self.footer, buttons) if part)


def prefilled(parts: Parts, contact_name: str) -> dict[str, str]:
    """What is known without asking: the first placeholder is nearly always whom one writes to."""
    first_name = contact_name.partition(" ")[0]
    places = parts.header_variables + parts.body_variables
    return {one.key: first_name for one in places if one.name.lower() in NAMES}


def preview(parts: Parts, values: Mapping[str, str]) -> Preview:
    return Preview(
        header=filled(parts.header, "header", values),
        media=parts.media,
        body=filled(parts.body, "body", values),
        footer=parts.footer,
        buttons=tuple(button.text for button in parts.buttons),
    )


def filled(text: str, where: str, values: Mapping[str, str]) -> str:
    """Each placeholder becomes its value; one without a value stays as it is. Values are never looked into again."""
    return PLACEHOLDER.sub(lambda found: one_line(values.get(f"{where}.{found[1]}", "")) or found[0], text)


def one_line(value: str) -> str:
    """Graph takes no line ends, tabs or runs of spaces in a variable."""
    return " ".join(value.replace("\0", "").split())


def fill(template: Template, given: Mapping[str, str], file: Outgoing | None = None) -> Outgoing:
    """The message to send; `file` stands at its top instead of the one at an address. Raises Invalid beside the field of a
    variable that is missing, or that Graph would refuse."""
    parts = parts_of(template)
    if parts.cannot:
        raise Invalid(parts.cannot)
    wanted = [one for one in parts.variables if file is None or one.key != MEDIA_LINK]
    values = {one.key: checked(one, given.get(one.key, "")) for one in wanted}
    shown = preview(parts, values)
    if is_longer(shown.body, LONGEST_VALUE):
        raise Invalid(N_("The filled-in text is longer than 1024 characters. Shorten what you wrote."))
    content: dict[str, Any] = {"name": template.name, "language": {"code": template.language}}
    top = at_the_top(parts, values, file)
    if components := components_of(parts, values, top, is_named=template.parameter_format.upper() == "NAMED"):
        content["components"] = components
    content[AS_SHOWN] = asdict(shown) | {"buttons": list(shown.buttons)}  # as JSON gives it back
    if file is not None:
        content[CHOSEN_FILE] = file.content[CHOSEN_FILE]
    return Outgoing("template", shown.text, content, file.file if file else None)


def at_the_top(parts: Parts, values: Mapping[str, str], file: Outgoing | None) -> dict[str, str] | None:
    """The file in the header as Graph takes it; without its id while it is ours alone. None where there is none."""
    if parts.media is None:
        return None
    if file is None:
        return {"link": values[MEDIA_LINK]}
    if file.type != parts.media:
        raise Invalid(WRONG_FILE[parts.media], field=MEDIA_LINK)
    return {"filename": file.content["filename"]} if parts.media == "document" else {}


def checked(variable: Variable, value: str) -> str:
    value = one_line(value)
    is_web = value.startswith("https://") and value.isascii() and is_web_address(value)
    if variable.key == MEDIA_LINK and not is_web:
        raise Invalid(N_("Choose a file, or write an address that begins with https://."), field=variable.key)
    if not value:
        raise Invalid(N_("Fill in every field."), field=variable.key)
    if is_longer(value, LONGEST_VALUE):
        raise Invalid(N_("This text is too long."), field=variable.key)
    return value


def components_of(
    parts: Parts, values: Mapping[str, str], top: dict[str, str] | None, *, is_named: bool
) -> list[dict[str, Any]]:
    """Only the parts with something filled in: Graph refuses empty ones. A header comes first."""
    header = texts(parts.header_variables, values, is_named=is_named)
    if parts.media:
        header = [{"type": parts.media, parts.media: top}]
    body = texts(parts.body_variables, values, is_named=is_named)
    found = [{"type": kind, "parameters": list_} for kind, list_ in (("header", header), ("body", body))]
    buttons = [of_button(button, values[button.variable.key]) for button in parts.buttons if button.variable]
    return [one for one in found if one["parameters"]] + buttons


def texts(
    variables: tuple[Variable, ...], values: Mapping[str, str], *, is_named: bool
) -> list[dict[str, Any]]:
    def one(variable: Variable) -> dict[str, Any]:
        named = {"parameter_name": variable.name} if is_named else {}
        return {"type": "text", **named, "text": values[variable.key]}

    return [one(variable) for variable in variables]


def of_button(button: Button, value: str) -> dict[str, Any]:
    if button.type == "COPY_CODE":
        parameter, kind = {"type": "coupon_code", "coupon_code": value}, "copy_code"
    else:
        parameter, kind = {"type": "text", "text": quote(value, safe="/?&=#%-._~:@!$'()*+,;")}, "url"
    return {"type": "button", "sub_type": kind, "index": str(button.index), "parameters": [parameter]}
