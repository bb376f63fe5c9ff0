"""What a template consists of, read out of Meta's components, and what a person has to fill in."""

import re
from dataclasses import dataclass
from typing import Any

from app.i18n import N_
from app.message_templates.models import Template
from app.whatsapp.lenient import at, objects_at, text_at

PLACEHOLDER = re.compile(r"\{\{\s*(\w+)\s*\}\}")
MEDIA = {"IMAGE": "image", "VIDEO": "video", "DOCUMENT": "document"}
PLAIN_BUTTONS = {"QUICK_REPLY", "URL", "PHONE_NUMBER", "COPY_CODE", "VOICE_CALL"}
PLAIN_PARTS = {"HEADER", "BODY", "FOOTER", "BUTTONS"}


@dataclass(frozen=True)
class Variable:
    """Something to fill in. `key` is its form field; `name` the placeholder's own ("1", "nome"); `example` Meta's;
    `around` the words beside its placeholder, with it."""

    key: str
    name: str
    example: str = ""
    around: str = ""


@dataclass(frozen=True)
class Button:
    """A button as the customer sees it. `index` is its place; `value` the address or code, with its placeholder."""

    index: int
    type: str
    text: str
    value: str = ""
    variable: Variable | None = None


@dataclass(frozen=True)
class Parts:
    """`header` is text; `media` the kind of file in its place, with `media_example`. `cannot`: why it cannot be sent here."""

    header: str
    media: str | None
    body: str
    footer: str
    buttons: tuple[Button, ...]
    header_variables: tuple[Variable, ...]
    body_variables: tuple[Variable, ...]
    cannot: str | None

    @property
    def variables(self) -> tuple[Variable, ...]:
        """All that is to be filled in, in the order of the message."""
        of_buttons = [button.variable for button in self.buttons if button.variable]
        media = [Variable(MEDIA_LINK, self.media, "https://")] if self.media else []
        return (*media, *self.header_variables, *self.body_variables, *of_buttons)


MEDIA_LINK = "media"


def parts_of(template: Template) -> Parts:
    """Leniently: what is missing is empty."""
    components = {text_at(one, "type").upper(): one for one in objects_at(template.content, "components")}
    header, body = components.get("HEADER", {}), components.get("BODY", {})
    buttons = buttons_of(components.get("BUTTONS", {}))
    shape = text_at(header, "format").upper()
    words = text_at(header, "text") if shape in ("TEXT", "") else ""
    return Parts(
        header=words,
        media=MEDIA.get(shape),
        body=text_at(body, "text"),
        footer=text_at(components.get("FOOTER"), "text"),
        buttons=buttons,
        header_variables=variables_in(words, "header", examples_of(header, "header_text")),
        body_variables=variables_in(text_at(body, "text"), "body", examples_of(body, "body_text")),
        cannot=reason_against(template, components, shape, buttons),
    )


def reason_against(
    template: Template, components: dict[str, Any], shape: str, buttons: tuple[Button, ...]
) -> str | None:
    if not template.is_approved:
        return N_("Meta has not approved this template, or has paused it.")
    is_plain = set(components) <= PLAIN_PARTS and shape in {"", "TEXT", *MEDIA}
    if not is_plain or any(button.type not in PLAIN_BUTTONS for button in buttons):
        return N_("This sort of template can only be sent by a program.")
    return None


def buttons_of(component: Any) -> tuple[Button, ...]:
    return tuple(button_of(place, one) for place, one in enumerate(objects_at(component, "buttons")))


def button_of(index: int, button: Any) -> Button:
    kind, text = text_at(button, "type").upper(), text_at(button, "text")
    examples = at(button, "example")
    example = examples[0] if isinstance(examples, list) and examples else examples
    example = example if isinstance(example, str) else ""
    if kind == "URL":
        url = text_at(button, "url")
        found = PLACEHOLDER.search(url)
        wanted = Variable(f"button.{index}", text, ending_of(example, url)) if found else None
        return Button(index, kind, text, url, wanted)
    if kind == "COPY_CODE":
        return Button(index, kind, text, "", Variable(f"button.{index}", text, example))
    return Button(index, kind, text, text_at(button, "phone_number"))


def ending_of(example: str, url: str) -> str:
    """Meta's example is the whole address; what is to be filled in is its end."""
    return example.removeprefix(url.partition("{{")[0])


def variables_in(text: str, where: str, examples: dict[str, str]) -> tuple[Variable, ...]:
    """Each placeholder once; numbered ones in the order of their numbers, which is the order Graph wants."""
    names = list(dict.fromkeys(PLACEHOLDER.findall(text)))
    if all(name.isdigit() for name in names):
        names.sort(key=int)
    return tuple(
        Variable(f"{where}.{name}", name, examples.get(name, ""), around(text, name)) for name in names
    )


def around(text: str, name: str) -> str:
    """Where a placeholder first stands, with a few words to either side."""
    found = next(one for one in PLACEHOLDER.finditer(text) if one[1] == name)
    before, after = text[: found.start()].split(" "), text[found.end() :].split(" ")
    start, end = " ".join(before[-4:]), " ".join(after[:4])
    start = f"…{start}" if len(before) > 4 else start
    end = f"{end.rstrip('.,;:!')}…" if len(after) > 4 else end
    return " ".join(f"{start}{found[0]}{end}".split())


def examples_of(component: Any, key: str) -> dict[str, str]:
    named = objects_at(component, "example", f"{key}_named_params")
    if named:
        return {text_at(one, "param_name"): text_at(one, "example") for one in named}
    listed = at(component, "example", key)
    row = listed[0] if isinstance(listed, list) and listed and isinstance(listed[0], list) else listed
    values = row if isinstance(row, list) else []
    return {str(place): value for place, value in enumerate(values, 1) if isinstance(value, str)}
