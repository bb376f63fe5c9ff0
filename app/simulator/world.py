"""The state of one simulated WhatsApp: people, their chats, and the oracle of sends."""

import json
import secrets
import time
from asyncio import Semaphore
from base64 import urlsafe_b64encode
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from itertools import count
from typing import TYPE_CHECKING, Any

from app.simulator.background import Background
from app.simulator.claude_stage import ClaudeStage
from app.simulator.config import SimulatorConfig
from app.simulator.courier import Courier
from app.simulator.embeddings_stage import Embeddings
from app.simulator.faults import Faults
from app.simulator.media import MediaShelf
from app.simulator.people import Customer, bsuid, founding_customers, newcomers
from app.simulator.templates import TemplateShelf
from app.simulator.transcripts_stage import Transcripts

if TYPE_CHECKING:
    from app.simulator.scene import Scene

WINDOW_SECONDS = 24 * 3600
TYPING_SECONDS = 25


@dataclass(slots=True)
class ChatMessage:
    """One bubble on a customer's phone.

    `direction` is the business's view: "in" was written by the customer. `at` is unix seconds.
    """

    id: str
    customer: Customer
    direction: str
    type: str
    content: Any
    at: float
    status: str = "sent"
    reply_to: str | None = None
    opaque: str | None = None
    sent_to_phone: bool = True
    reactions: dict[str, str] = field(default_factory=dict)
    is_removed: bool = False


@dataclass(frozen=True, slots=True)
class Send:
    """What one request to send came to. `wamid` None: refused, with `code` when Graph said why."""

    number: int
    at: float
    wamid: str | None
    opaque: str | None
    to: str
    payload: dict[str, Any]
    code: int | None = None


class World:
    """One business number and everybody who writes to it."""

    def __init__(self, config: SimulatorConfig) -> None:
        self.config = config
        self.webhook_url = config.webhook_url
        self.base_url = ""
        self.background = Background()
        self.faults = Faults()
        self.scene: Scene | None = None
        self.courier = Courier(config, self.background, self.faults, lambda: self.webhook_url, self.arrived)
        self._forget()

    def _forget(self) -> None:
        self.is_subscribed = True  # the app to the account's webhooks
        self.customers = {customer.key: customer for customer in founding_customers()}
        self._newcomers = newcomers()
        self.chats: dict[str, list[ChatMessage]] = {}
        self.messages: dict[str, ChatMessage] = {}
        self.sends: list[Send] = []
        self.typing_until: dict[str, float] = {}
        self.seen_at: dict[str, float] = {}
        self.clock_offset_seconds = 0.0
        self.media = MediaShelf()
        self.templates = TemplateShelf()
        self.claude = ClaudeStage()
        self.embeddings = Embeddings()
        self.transcripts = Transcripts()
        self.shop_asked: list[dict[str, Any]] = []  # of the invented shop's own system
        self.shop_waits = False  # with its answers, for ever
        self.exchanges: dict[str, int] = {}  # by their keys
        self.go_on = Semaphore(0)  # whatever was told to hold waits for a word of the test, each for one
        self._numbers = count(1)

    async def reset(self) -> None:
        """Back to the first morning; the webhook's address stays."""
        await self.background.stop()
        self.faults.clear()
        self.courier.forget()
        self.scene = None
        self._forget()

    def now(self) -> float:
        """Unix seconds by the simulator's clock, which tests may move."""
        return time.time() + self.clock_offset_seconds

    def new_wamid(self) -> str:
        inner = f"{self.config.phone_number_id}:{next(self._numbers)}:{secrets.token_hex(8)}"
        return "wamid." + urlsafe_b64encode(inner.encode()).decode().rstrip("=")

    # People

    def customer(self, name_or_key: str) -> Customer:
        """The person with this phone, BSUID, name or beginning of a name; a new one if there is none."""
        return self.find_customer(name_or_key) or self.welcome(name_or_key)

    def find_customer(self, name_or_key: str) -> Customer | None:
        if known := self.addressee(name_or_key):
            return known
        wanted = name_or_key.casefold()
        alike = [one for one in self.customers.values() if one.name.casefold().startswith(wanted)]
        return min(alike, key=lambda one: one.name.casefold() != wanted, default=None)  # the whole name first

    def addressee(self, address: str) -> Customer | None:
        """Who has this phone or BSUID. WhatsApp itself adds or drops Brazil's ninth digit."""
        wanted = address.removeprefix("+")
        if known := self.customers.get(wanted):
            return known
        for one in self.customers.values():
            if wanted == one.user_id or (one.wa_id and wanted in _spellings(one.wa_id)):
                return one
        return None

    def welcome(self, name_or_key: str = "") -> Customer:
        """A new person: by phone when it is one, by BSUID when it looks like one, else by name."""
        person = next(self._newcomers)
        if name_or_key.removeprefix("+").isdigit():
            person.wa_id = name_or_key.removeprefix("+")
        elif name_or_key[2:3] == "." and name_or_key[:2].isupper():
            person.user_id, person.wa_id, person.username = name_or_key, None, "novo.cliente"
        else:
            person.name = name_or_key or person.name
        self.customers[person.key] = person
        self.background.ring()
        return person

    def change_number(self, customer: Customer, new_wa_id: str) -> tuple[str | None, str]:
        """Move to another phone, which also makes a new BSUID. Returns the old phone and BSUID."""
        old = customer.wa_id, customer.user_id
        chat = self.chats.pop(customer.key, [])
        del self.customers[customer.key]
        customer.wa_id, customer.user_id = new_wa_id, bsuid(5000 + len(self.messages))
        self.customers[customer.key] = customer
        self.chats[customer.key] = chat
        return old

    # Chats

    def place(self, message: ChatMessage) -> ChatMessage:
        """Put the bubble at the end of its chat."""
        self.messages[message.id] = message
        self.chats.setdefault(message.customer.key, []).append(message)
        if message.direction == "in" and not self.is_blocked(message.customer):
            message.customer.wrote_at = max(message.at, message.customer.wrote_at or 0.0)
        self.background.ring()
        return message

    def arrived(self, wamids: list[str]) -> None:
        """The business has them for certain: two ticks on the customer's phone."""
        for wamid in wamids:
            message = self.messages.get(wamid)
            if message and message.direction == "in" and message.status == "sent":
                message.status = "delivered"

    def chat(self, customer: Customer) -> list[ChatMessage]:
        return self.chats.get(customer.key, [])

    def window_is_open(self, customer: Customer) -> bool:
        """Whether the customer wrote within the last 24 hours, as far as is known here."""
        if customer.wrote_at is None:
            return self.config.begins_with_open_windows
        return self.now() - customer.wrote_at < WINDOW_SECONDS

    def is_blocked(self, customer: Customer) -> bool:
        """Whether nothing that the customer does reaches the business: they write to its first number."""
        return self.config.phone_number_id in customer.blocked_by

    def look_at(self, customer: Customer) -> None:
        """The phone page shows this chat at this moment."""
        self.seen_at[customer.key] = time.monotonic()

    def chat_is_open(self, customer: Customer) -> bool:
        """Whether the phone page is showing this chat: it asks at least once a second."""
        return time.monotonic() - self.seen_at.get(customer.key, -60.0) < 3

    def is_typing(self, customer: Customer) -> bool:
        return self.typing_until.get(customer.key, 0.0) > time.monotonic()

    def show_typing(self, customer: Customer) -> None:
        self.typing_until[customer.key] = time.monotonic() + TYPING_SECONDS
        self.background.ring()

    # The oracle

    def record_send(self, payload: dict[str, Any], wamid: str | None, code: int | None = None) -> Send:
        """Remember for good what became of a request; an accepted one also goes to the log file."""
        opaque = payload.get("biz_opaque_callback_data")
        to = str(payload.get("to") or payload.get("recipient") or "")
        send = Send(
            len(self.sends) + 1, self.now(), wamid, None if opaque is None else str(opaque), to, payload, code
        )
        self.sends.append(send)
        if wamid and self.config.send_log:
            with self.config.send_log.open("a", encoding="utf-8") as log:
                log.write(json.dumps(asdict(send), ensure_ascii=False) + "\n")
        self.background.ring()
        return send

    def accepted(self) -> Iterable[Send]:
        return (send for send in self.sends if send.wamid)

    def refused(self) -> Iterable[Send]:
        return (send for send in self.sends if not send.wamid)


def _spellings(wa_id: str) -> set[str]:
    """A phone with and without Brazil's ninth digit."""
    if not wa_id.startswith("55"):
        return {wa_id}
    if len(wa_id) == 13 and wa_id[4] == "9":
        return {wa_id, wa_id[:4] + wa_id[5:]}
    return {wa_id, wa_id[:4] + "9" + wa_id[4:]} if len(wa_id) == 12 else {wa_id}
