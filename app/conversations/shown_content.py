"""A message's content as a few plain things to draw. WhatsApp may shape it as it likes: what is missing is left out.

Each thing is drawn by the partial of its name in templates/messages, which with `says_it_all` stands for the body
too. `brief.py` names each in one line.
"""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any, ClassVar

from app.characters import storable
from app.conversations.models import Message
from app.conversations.outgoing import AS_SHOWN
from app.conversations.unsupported import Notice, notice_of
from app.web_addresses import is_web_address
from app.whatsapp.lenient import JsonObject, at, objects_at, text_at

MOST = 50  # of a list that a customer may make as long as they like
LONGEST = 1000
NUMBER = re.compile(r"-?[0-9]{1,12}(\.[0-9]{1,15})?")


@dataclass(frozen=True)
class Location:
    """`map_link` is "" where the coordinates are none."""

    template: ClassVar[str] = "location"
    says_it_all: ClassVar[bool] = True
    name: str
    address: str
    map_link: str


@dataclass(frozen=True)
class Phone:
    """`link` is "" where it holds too few digits to call."""

    number: str
    link: str


@dataclass(frozen=True)
class Person:
    name: str
    organisation: str
    phones: tuple[Phone, ...]


@dataclass(frozen=True)
class Contacts:
    template: ClassVar[str] = "contacts"
    says_it_all: ClassVar[bool] = True
    people: tuple[Person, ...]


@dataclass(frozen=True)
class Choice:
    """A row of a list that the customer chose; its title is the message's body."""

    template: ClassVar[str] = "choice"
    says_it_all: ClassVar[bool] = False
    description: str


@dataclass(frozen=True)
class Answers:
    """A form that the customer filled in: what was asked by the form's own names, or all of it as `text`."""

    template: ClassVar[str] = "answers"
    says_it_all: ClassVar[bool] = True
    pairs: tuple[tuple[str, str], ...]
    text: str


@dataclass(frozen=True)
class Item:
    """`price` of one piece; None where none can be read."""

    name: str
    quantity: str
    price: Decimal | None
    currency: str


@dataclass(frozen=True)
class Order:
    """`total` is None unless every item has a quantity and a price in one currency."""

    template: ClassVar[str] = "order"
    says_it_all: ClassVar[bool] = True
    text: str
    items: tuple[Item, ...]
    total: Decimal | None
    currency: str


@dataclass(frozen=True)
class CallPermission:
    template: ClassVar[str] = "call_permission"
    says_it_all: ClassVar[bool] = False
    is_given: bool


@dataclass(frozen=True)
class Option:
    title: str
    description: str = ""


@dataclass(frozen=True)
class Offer:
    """A text of ours with something to tap, or a template. `link`: the address that its one option opens, "" for all
    others; `words` "": the message's body says them; `media`: of a template whose file lies elsewhere."""

    template: ClassVar[str] = "offer"
    says_it_all: ClassVar[bool] = True
    header: str
    footer: str
    options: tuple[Option, ...]
    is_list: bool = False
    link: str = ""
    words: str = ""
    media: str = ""
    is_template: bool = False


Content = Offer | Location | Contacts | Choice | Answers | Order | CallPermission | Notice


def content_of(message: Message) -> Content | None:
    """What is drawn besides the message's words and its file; None when they say it all. Never raises."""
    read = READERS.get(message.type)
    return (read(message.content) if read else None) or notice_of(message)


def _location(content: JsonObject) -> Location:
    latitude, longitude = _degrees(content, "latitude", 90), _degrees(content, "longitude", 180)
    is_place = latitude and longitude
    link = f"https://www.google.com/maps/search/?api=1&query={latitude},{longitude}" if is_place else ""
    return Location(_line(content, "name"), _line(content, "address"), link)


def _degrees(content: JsonObject, key: str, most: int) -> str:
    number = _number(at(content, key))
    return f"{number:f}" if number is not None and abs(number) <= most else ""


def _contacts(content: JsonObject) -> Contacts | None:
    people = tuple(_person(one) for one in objects_at(content, "contacts")[:MOST])
    return Contacts(people) if people else None


def _person(contact: JsonObject) -> Person:
    name = _line(contact, "name", "formatted_name")
    parts = (_line(contact, "name", part) for part in ("first_name", "middle_name", "last_name"))
    phones = (_phone(one) for one in objects_at(contact, "phones")[:MOST])
    organisation = _line(contact, "org", "company")
    return Person(name or " ".join(filter(None, parts)), organisation, tuple(filter(None, phones)))


def _phone(told: JsonObject) -> Phone | None:
    number = _line(told, "phone") or (f"+{wa_id}" if (wa_id := _line(told, "wa_id")) else "")
    digits = re.sub("[^0-9]", "", number)
    return Phone(number, f"tel:+{digits}" if 6 <= len(digits) <= 15 else "") if number else None


def _interactive(content: JsonObject) -> Offer | Choice | Answers | CallPermission | None:
    if isinstance(at(content, "action"), dict):
        return _offer(content)
    if description := _line(content, "list_reply", "description"):
        return Choice(description)
    if isinstance(at(content, "nfm_reply"), dict):
        return _answers(text_at(content, "nfm_reply", "response_json"))
    if isinstance(at(content, "call_permission_reply"), dict):
        return CallPermission(text_at(content, "call_permission_reply", "response") == "accept")
    return None


def _offer(content: JsonObject) -> Offer | None:
    """What `outgoing.py` makes of buttons, a list or a link, and what the phone app may echo of its own."""
    around = _line(content, "header", "text"), _line(content, "footer", "text")
    link, label = (_line(content, "action", "parameters", key) for key in ("url", "display_text"))
    if label and is_web_address(link):
        return Offer(*around, (Option(label),), link=link)
    sections = objects_at(content, "action", "sections")
    rows = [row for section in sections[:MOST] for row in objects_at(section, "rows")[:MOST]]
    replies = [_line(one, "reply", "title") for one in objects_at(content, "action", "buttons")[:MOST]]
    options = [Option(_line(row, "title"), _line(row, "description")) for row in rows]
    options += [Option(title) for title in replies]
    shown = tuple(option for option in options if option.title)
    return Offer(*around, shown, is_list=bool(rows)) if shown else None


def _template(content: JsonObject) -> Offer | None:
    """What `message_templates/filling.py` noted of what the customer reads; None for one of before."""
    shown = at(content, AS_SHOWN)
    if not isinstance(shown, dict):
        return None
    buttons = [one for one in shown.get("buttons") or [] if isinstance(one, str)]
    options = tuple(Option(words) for words in buttons[:MOST])
    header, footer, media = (_line(shown, part) for part in ("header", "footer", "media"))
    return Offer(header, footer, options, words=text_at(shown, "body"), media=media, is_template=True)


def _answers(response: str) -> Answers:
    """The form's answers; `flow_token` is our own mark and no answer."""
    try:
        told: Any = json.loads(response)
    except (ValueError, RecursionError):
        told = None
    if not isinstance(told, dict):
        return Answers((), response[:LONGEST])
    # This JSON stood in a string of the webhook's, so nobody has looked at its characters yet.
    pairs = [(storable(key), storable(_words(value))) for key, value in told.items() if key != "flow_token"]
    return Answers(tuple((key[:LONGEST], words[:LONGEST]) for key, words in pairs[:MOST]), "")


def _words(value: Any) -> str:
    if isinstance(value, list) and all(isinstance(one, (str, int, float)) for one in value):
        return ", ".join(map(str, value))
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _order(content: JsonObject) -> Order:
    items = tuple(_item(one) for one in objects_at(content, "product_items")[:MOST])
    currencies = {item.currency for item in items}
    sums = [_sum(item) for item in items]
    is_whole = len(currencies) == 1 and len(items) == len(objects_at(content, "product_items"))
    known = [one for one in sums if one is not None]
    total = sum(known, Decimal()) if is_whole and len(known) == len(sums) else None
    return Order(text_at(content, "text"), items, total, currencies.pop() if is_whole else "")


def _item(told: JsonObject) -> Item:
    quantity, price = _number(at(told, "quantity")), _number(at(told, "item_price"))
    counted = f"{quantity.normalize():f}" if quantity is not None else "?"
    currency = _line(told, "currency").upper()
    return Item(_line(told, "product_retailer_id"), counted, price, currency)


def _sum(item: Item) -> Decimal | None:
    return None if item.price is None or item.quantity == "?" else item.price * Decimal(item.quantity)


def _number(value: Any) -> Decimal | None:
    """A number, or the digits of one, within what people count to."""
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        return None
    try:
        number = Decimal(str(value)) if not isinstance(value, str) or NUMBER.fullmatch(value) else None
    except InvalidOperation:
        return None
    return number if number is not None and abs(number) < 10**12 else None


def _line(told: JsonObject, *path: str) -> str:
    return " ".join(text_at(told, *path).split())[:LONGEST]


READERS: dict[str, Callable[[JsonObject], Content | None]] = {
    "location": _location,
    "contacts": _contacts,
    "interactive": _interactive,
    "order": _order,
    "template": _template,
}
