"""What can be sent, each kind checked against WhatsApp's limits before anything is stored."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from app.characters import storable
from app.contacts.phones import wa_id_of
from app.errors import Invalid
from app.i18n import N_
from app.media.outbound import Kept
from app.web_addresses import is_web_address
from app.whatsapp.request_bodies import has_link
from app.whatsapp.shown_text import shown_text

LONGEST_TEXT, LONGEST_CAPTION, LONGEST_BODY = 4096, 1024, 1024
LONGEST_HEADER = LONGEST_FOOTER = 60
LONGEST_BUTTON, LONGEST_ROW, LONGEST_DESCRIPTION, LONGEST_SECTION = 20, 24, 72, 24
LONGEST_NAME = 200
CHOSEN_FILE = "chosen_sha256"  # beside the content of what carries a file: ours, not Graph's
AS_SHOWN = "as_shown"  # the same of a template: what the customer reads, part by part
OURS = frozenset({CHOSEN_FILE, AS_SHOWN})
WITH_CAPTION = frozenset({"image", "video", "document"})
WITHOUT_PREVIEW = {"preview_url": False}  # of a text whose link brings no title and picture
MOST_BUTTONS, MOST_ROWS, MOST_CONTACTS = 3, 10, 10


@dataclass(frozen=True)
class Outgoing:
    """One message that is to leave. `type` is WhatsApp's word, `content` that type's own JSON as Graph takes it (for text,
    whose words are `body`, {} or WITHOUT_PREVIEW), `body` what the bubble, the list and Claude read of it."""

    type: str
    body: str
    content: dict[str, Any] = field(default_factory=dict)
    file: Kept | None = None


@dataclass(frozen=True)
class Row:
    """One choice of a list. Rows with the same `section` stand together."""

    title: str
    description: str = ""
    section: str = ""


def text(words: str, *, previews: bool = True) -> Outgoing:
    """`previews`: whether WhatsApp draws one of its first link.

    Raises Invalid (field "text") when there is nothing to send, or more than WhatsApp takes.
    """
    words = cleaned(words)
    if not words:
        raise Invalid(N_("Write a message first."), field="text")
    if is_longer(words, LONGEST_TEXT):
        raise Invalid(
            N_("WhatsApp takes at most 4096 characters. Shorten the text or send it in parts."), field="text"
        )
    return Outgoing("text", words, {} if previews or not has_link(words) else WITHOUT_PREVIEW)


def has_previews(content: dict[str, Any]) -> bool:
    """Whether a text with this content was to bring previews."""
    return bool(content.get("preview_url", True))


def caption(words: str) -> str:
    """The words under a file; may be empty. Raises Invalid when they are too long."""
    words = cleaned(words)
    if is_longer(words, LONGEST_CAPTION):
        raise Invalid(
            N_("A caption takes at most 1024 characters. Send the rest as a message."), field="text"
        )
    return words


def attachment(
    kind: str, file: Kept, words: str = "", *, chosen_sha256: str = "", voice: bool = False
) -> Outgoing:
    """A file that is kept here already; `kind` is image, video, audio, document or sticker. Sound and stickers have no
    caption. `chosen_sha256`: of the file before it was made into this one, so that the same choice is known again.
    Raises Invalid when the caption is too long."""
    content: dict[str, Any] = {"mime_type": file.mime, CHOSEN_FILE: chosen_sha256}
    if kind == "document":
        content["filename"] = file.file_name
    if kind == "audio":
        content["voice"] = voice
    return Outgoing(kind, caption(words) if kind in WITH_CAPTION else "", content, file)


def location(latitude: str, longitude: str, name: str = "", address: str = "") -> Outgoing:
    """A place by its decimal degrees, with a comma or a point."""
    place: dict[str, Any] = {
        "latitude": degrees(latitude, 90, N_("The latitude is a number from -90 to 90."), "latitude"),
        "longitude": degrees(longitude, 180, N_("The longitude is a number from -180 to 180."), "longitude"),
    }
    for key, words in (("name", name), ("address", address)):
        if words := short(words, LONGEST_NAME, "name"):
            place[key] = words
    return Outgoing("location", shown_text("location", place), place)


def degrees(written: str, most: int, refusal: str, name: str) -> float:
    try:
        value = float(written.strip().replace(",", "."))
    except ValueError:
        raise Invalid(refusal, field=name) from None
    if not -most <= value <= most:  # also what is no number
        raise Invalid(refusal, field=name)
    return value


def contacts(people: Sequence[tuple[str, str]]) -> Outgoing:
    """Contact cards of (name, phone) pairs; a number without a country's code is of Brazil."""
    if not 0 < len(people) <= MOST_CONTACTS:
        raise Invalid(N_("Choose one to ten contacts."), field="contact_name")
    cards = {"contacts": [card(*person) for person in people]}
    return Outgoing("contacts", shown_text("contacts", cards), cards)


def card(name: str, phone: str) -> dict[str, Any]:
    name = short(name, LONGEST_NAME, "contact_name")
    if not name:
        raise Invalid(N_("A contact needs a name."), field="contact_name")
    digits = wa_id_of(phone, field="contact_phone")
    return {
        "name": {"formatted_name": name, "first_name": name.partition(" ")[0]},
        "phones": [{"phone": f"+{digits}", "type": "CELL", "wa_id": digits}],
    }


def buttons(words: str, titles: Sequence[str], header: str = "", footer: str = "") -> Outgoing:
    """A text with up to three buttons; a tap comes back as a message that names its title."""
    titles = [title for title in (short(one, LONGEST_BUTTON, "button") for one in titles) if title]
    if not 0 < len(titles) <= MOST_BUTTONS:
        raise Invalid(N_("Write one to three buttons."), field="button")
    if len(set(titles)) < len(titles):
        raise Invalid(N_("Two buttons say the same. Give each its own words."), field="button")
    action = {
        "buttons": [
            {"type": "reply", "reply": {"id": f"button-{place}", "title": title}}
            for place, title in enumerate(titles, 1)
        ]
    }
    return interactive("button", words, LONGEST_BODY, action, header, footer)


def choices(words: str, button: str, rows: Sequence[Row], header: str = "", footer: str = "") -> Outgoing:
    """A list of up to ten choices behind one button, in the order given."""
    rows = [row for row in rows if row.title.strip()]
    if not 0 < len(rows) <= MOST_ROWS:
        raise Invalid(N_("Write one to ten choices."), field="row_title")
    button = short(button, LONGEST_BUTTON, "list_button")
    if not button:
        raise Invalid(N_("Say what is on the button that opens the list."), field="list_button")
    sections: dict[str, list[dict[str, str]]] = {}
    for place, row in enumerate(rows, 1):
        choice = {"id": f"row-{place}", "title": short(row.title, LONGEST_ROW, "row_title")}
        if described := short(row.description, LONGEST_DESCRIPTION, "row_description"):
            choice["description"] = described
        sections.setdefault(short(row.section, LONGEST_SECTION, "row_section"), []).append(choice)
    if len(sections) > 1 and "" in sections:
        raise Invalid(N_("Give every group of choices a title, or none."), field="row_section")
    parts = [({"title": title} if title else {}) | {"rows": found} for title, found in sections.items()]
    return interactive("list", words, LONGEST_TEXT, {"button": button, "sections": parts}, header, footer)


def link(words: str, label: str, url: str, header: str = "", footer: str = "") -> Outgoing:
    """A text with one button that opens an address of the web."""
    label, url = short(label, LONGEST_BUTTON, "link_label"), cleaned(url)
    if not label:
        raise Invalid(N_("Say what is on the button."), field="link_label")
    if not (url.isascii() and is_web_address(url)):
        raise Invalid(N_("Write an address that begins with https://."), field="link_url")
    action = {"name": "cta_url", "parameters": {"display_text": label, "url": url}}
    return interactive("cta_url", words, LONGEST_BODY, action, header, footer)


def interactive(
    sort: str, words: str, longest: int, action: dict[str, Any], header: str, footer: str
) -> Outgoing:
    words = cleaned(words)
    if not words:
        raise Invalid(N_("Write a message first."), field="text")
    if is_longer(words, longest):
        raise Invalid(N_("This text is too long for a message with buttons. Shorten it."), field="text")
    content: dict[str, Any] = {"type": sort, "body": {"text": words}, "action": action}
    if header := short(header, LONGEST_HEADER, "header"):
        content["header"] = {"type": "text", "text": header}
    if footer := short(footer, LONGEST_FOOTER, "footer"):
        content["footer"] = {"text": footer}
    return Outgoing("interactive", words, content)


def cleaned(words: str) -> str:
    """As it leaves: blank ends cut, line ends as WhatsApp has them."""
    return storable(words.replace("\r\n", "\n")).strip()


def short(words: str, most: int, name: str) -> str:
    """One line of at most so many characters; raises Invalid beside its field."""
    words = " ".join(cleaned(words).split())
    if is_longer(words, most):
        raise Invalid(N_("One of the fields is longer than WhatsApp allows. Shorten it."), field=name)
    return words


def is_longer(words: str, most: int) -> bool:
    """By code points or by UTF-16 units, whichever is more: nobody says which WhatsApp counts."""
    return len(words) > most or len(words.encode("utf-16-le")) // 2 > most
