"""What the phone page draws: rows of people and bubbles, ready for the templates."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

from app.simulator.contents import ATTACHMENTS
from app.simulator.markup import spans
from app.simulator.people import Customer
from app.simulator.world import ChatMessage, World

BRASILIA = timezone(timedelta(hours=-3))


@dataclass(frozen=True, slots=True)
class Tap:
    """A button that the business offers: what is sent back when the customer taps it."""

    kind: str
    id: str
    title: str


@dataclass(frozen=True, slots=True)
class Bubble:
    """One message as the customer sees it: `is_mine` is the customer's own."""

    id: str
    is_mine: bool
    kind: str
    filename: str
    parts: list[tuple[str, str]]
    media_id: str
    time: str
    status: str
    quote: str
    reactions: list[str]
    is_removed: bool
    taps: list[Tap] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Row:
    """One person in the list; `preview` is empty before the first message."""

    key: str
    name: str
    detail: str
    preview: str
    time: str
    is_open: bool
    palette: int


def rows(world: World, open_key: str) -> list[Row]:
    """Everyone, those who talked last first."""
    people = list(world.customers.values())
    order = {customer.key: number for number, customer in enumerate(people)}
    people.sort(key=lambda one: (-_last_at(world, one), order[one.key]))
    return [_row(world, one, one.key == open_key, order[one.key] % 6) for one in people]


def _last_at(world: World, customer: Customer) -> float:
    chat = world.chat(customer)
    return chat[-1].at if chat else 0.0


def _row(world: World, customer: Customer, is_open: bool, palette: int) -> Row:
    chat = world.chat(customer)
    detail = f"+{customer.wa_id}" if customer.wa_id else f"@{customer.username}"
    preview, time = (words(chat[-1], world)[:60], clock(chat[-1].at)) if chat else ("", "")
    return Row(customer.key, customer.name, detail, preview, time, is_open, palette)


def bubbles(world: World, customer: Customer, most: int = 80) -> list[Bubble]:
    """The newest messages of the chat, oldest first; what failed never reached the phone."""
    shown = [one for one in world.chat(customer)[-most:] if one.status != "failed"]
    return [_bubble(world, one) for one in shown]


def _bubble(world: World, message: ChatMessage) -> Bubble:
    quoted = world.messages.get(message.reply_to or "")
    content = message.content if isinstance(message.content, dict) else {}
    return Bubble(
        id=message.id,
        is_mine=message.direction == "in",
        kind=message.type,
        filename=str(content.get("filename", "")),
        parts=spans(words(message, world)),
        media_id=_media_id(message, content),
        time=clock(message.at),
        status=message.status,
        quote=words(quoted, world)[:80] if quoted else "",
        reactions=sorted(set(message.reactions.values())),
        is_removed=message.is_removed,
        taps=_taps(message),
    )


def clock(at: float) -> str:
    """Hour and minute in Brasília."""
    return datetime.fromtimestamp(at, UTC).astimezone(BRASILIA).strftime("%H:%M")


def _media_id(message: ChatMessage, content: dict[str, Any]) -> str:
    """Of the message's file, or of the picture at the top of a template."""
    if message.type != "template":
        return str(content.get("id", "")) if message.type in ATTACHMENTS else ""
    parameters = [one for part in content.get("components") or [] for one in part.get("parameters") or []]
    return next((str(one["image"].get("id", "")) for one in parameters if one.get("type") == "image"), "")


def words(message: ChatMessage, world: World) -> str:
    """The text of a message of any type; for those without one, the name of the type."""
    content: Any = message.content
    if message.type == "contacts":
        return ", ".join(str(one.get("name", {}).get("formatted_name", "")) for one in content)
    if message.type == "interactive":
        return _interactive_words(content)
    if message.type == "template":
        return world.templates.text_of(content)
    for key in ("body", "text", "caption", "name", "filename"):
        if isinstance(content, dict) and content.get(key):
            return str(content[key])
    return "" if message.type in ATTACHMENTS else f"[{message.type}]"


def _interactive_words(content: dict[str, Any]) -> str:
    if "body" in content:
        return str(content["body"].get("text", ""))
    reply = content.get(str(content.get("type")), {})
    return str(reply.get("title") or reply.get("body") or "")


def _taps(message: ChatMessage) -> list[Tap]:
    """Buttons and list rows of an interactive message of the business."""
    if message.direction == "in" or message.type != "interactive":
        return []
    action = message.content.get("action") or {}
    buttons = [("button_reply", one["reply"]) for one in action.get("buttons") or []]
    listed = [("list_reply", one) for section in action.get("sections") or [] for one in section["rows"]]
    return [Tap(kind, str(one["id"]), str(one["title"])) for kind, one in [*buttons, *listed]]
