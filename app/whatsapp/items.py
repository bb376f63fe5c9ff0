"""What a webhook can tell us, one dataclass each. Strings are "" and lists empty where Meta said nothing.

Every item has `path`, its place in the body ("entry[0].changes[1].value.messages[3]"), and `number`. Those
that must be filed (all but AccountError, BookEntry, TemplateNews, History, PhoneBook, Unknown, Unreadable) have a
`number.phone_number_id` and a wamid that are never empty. Times are UTC; None when Meta's is absent or absurd: then the
receipt time counts.
"""

from dataclasses import dataclass, field
from datetime import datetime
from typing import ClassVar

from app.whatsapp.lenient import JsonObject


@dataclass(frozen=True, slots=True)
class NumberRef:
    """The business's own number an item is about."""

    phone_number_id: str = ""
    display_phone_number: str = ""
    business_account_id: str = ""


@dataclass(frozen=True, slots=True)
class Sender:
    """A customer as one webhook names them; each id None when absent. Name and username identify nobody."""

    bsuid: str | None = None
    parent_bsuid: str | None = None
    wa_id: str | None = None  # digits without +
    username: str = ""  # without @
    profile_name: str = ""

    @property
    def is_nobody(self) -> bool:
        return not (self.bsuid or self.parent_bsuid or self.wa_id)


@dataclass(frozen=True, slots=True)
class ErrorReport:
    """One of Meta's `errors`; GraphError(code, details) knows what it means."""

    code: int | None
    title: str = ""
    message: str = ""
    details: str = ""


@dataclass(frozen=True, slots=True)
class InboundMessage:
    path: str
    number: NumberRef
    wamid: str
    sent_at: datetime | None
    sender: Sender
    type: str  # as Meta spells it, also one we do not know; "unknown" when missing
    body: str  # the words to show; "" for a photograph without caption, an unsupported message…
    content: JsonObject  # the object named after the type; a list or string as {type: it}
    reply_to_wamid: str | None = None
    forwarded: bool = False
    often_forwarded: bool = False
    group_id: str | None = None
    referral: JsonObject = field(default_factory=dict)  # the advertisement they came from
    product: JsonObject = field(default_factory=dict)  # of the catalogue, that they ask about
    errors: tuple[ErrorReport, ...] = ()


@dataclass(frozen=True, slots=True)
class Echo:
    """A message the business wrote in its phone app: outbound, a person has just answered."""

    path: str
    number: NumberRef
    wamid: str
    sent_at: datetime | None
    recipient: Sender
    type: str
    body: str
    content: JsonObject
    reply_to_wamid: str | None = None
    group_id: str | None = None
    errors: tuple[ErrorReport, ...] = ()


@dataclass(frozen=True, slots=True)
class Reaction:
    path: str
    number: NumberRef
    wamid: str
    sent_at: datetime | None
    sender: Sender  # the customer of the thread, also when by_us
    target_wamid: str  # may be a message we do not have
    emoji: str | None  # None: taken away
    group_id: str | None = None
    by_us: bool = False  # made in the business's phone app


@dataclass(frozen=True, slots=True)
class Edit:
    path: str
    number: NumberRef
    wamid: str
    sent_at: datetime | None
    sender: Sender  # as above
    original_wamid: str
    type: str  # of the new text or caption
    body: str
    content: JsonObject
    by_us: bool = False


@dataclass(frozen=True, slots=True)
class Revoke:
    path: str
    number: NumberRef
    wamid: str
    sent_at: datetime | None
    sender: Sender  # as above
    original_wamid: str
    by_us: bool = False


@dataclass(frozen=True, slots=True)
class IdentityChange:
    """A customer got another number or BSUID: `old` and `new` are one person."""

    path: str
    number: NumberRef
    wamid: str
    sent_at: datetime | None
    kind: str  # "user_changed_number" or "user_changed_user_id"
    old: Sender  # may be nobody
    new: Sender
    body: str
    old_is_from_body: bool = False  # read out of the sentence: believe it only if that BSUID is known already


@dataclass(frozen=True, slots=True)
class Notice:
    """WhatsApp tells something about a customer that changes nothing here, such as another security code."""

    path: str
    number: NumberRef
    wamid: str
    sent_at: datetime | None
    sender: Sender
    type: str  # "system"
    body: str  # in WhatsApp's words
    content: JsonObject


@dataclass(frozen=True, slots=True)
class BookEntry:
    """What the business calls somebody in the phone book of its phone app; "" when they were taken out of it. Not an item
    of a webhook: `history_items.past_in` reads them."""

    path: str
    number: NumberRef
    person: Sender
    name: str
    at: datetime | None  # when it was entered or taken out


@dataclass(frozen=True, slots=True)
class StatusReport:
    path: str
    number: NumberRef
    wamid: str
    status: str  # as Meta spells it, also one we do not know
    at: datetime | None
    recipient: Sender
    group_id: str | None
    participant: str  # which member of the group; "" outside groups, so that unique keys hold
    opaque: str  # our biz_opaque_callback_data, "" when not echoed
    errors: tuple[ErrorReport, ...]
    conversation: JsonObject
    pricing: JsonObject


@dataclass(frozen=True, slots=True)
class AccountError:
    """Trouble of the account or number that belongs to no message: for admins."""

    path: str
    number: NumberRef
    error: ErrorReport


@dataclass(frozen=True, slots=True)
class History:
    """A chunk of the phone app's past: up to thousands of messages, worked off later from the journal."""

    path: str
    number: NumberRef


@dataclass(frozen=True, slots=True)
class PhoneBook:
    """Entries of the phone app's phone book: up to thousands at once, worked off later from the journal."""

    path: str
    number: NumberRef


@dataclass(frozen=True, slots=True)
class PastMessage:
    """One message out of that past, of either side. Not an item of a webhook: `history_items.past_in` reads them."""

    path: str
    number: NumberRef
    wamid: str
    sent_at: datetime | None
    customer: Sender  # whose thread it is
    by_us: bool
    type: str  # "media_placeholder" until another `history` body brings the file
    body: str
    content: JsonObject
    reply_to_wamid: str | None = None
    status: str = ""  # of ours, as Meta spells it there: SENT, DELIVERED, READ, PLAYED, ERROR, PENDING
    forwarded: bool = False
    often_forwarded: bool = False
    referral: JsonObject = field(default_factory=dict)
    product: JsonObject = field(default_factory=dict)
    errors: tuple[ErrorReport, ...] = ()


@dataclass(frozen=True, slots=True)
class TemplateNews:
    """Something about a message template changed; `field` is the webhook's and says what."""

    FIELDS: ClassVar[frozenset[str]] = frozenset(
        {
            "message_template_status_update",
            "message_template_quality_update",
            "message_template_components_update",
            "template_category_update",
        }
    )

    path: str
    number: NumberRef  # of the account alone
    field: str
    value: JsonObject


@dataclass(frozen=True, slots=True)
class Unknown:
    """A change of a field we do not read; `raw` is its value, whatever shape it has."""

    path: str
    number: NumberRef
    field: str
    raw: object


@dataclass(frozen=True, slots=True)
class Unreadable:
    """An item that should be one of the others and is not: set aside, the rest goes on."""

    path: str
    reason: str
    raw: object


Item = (
    InboundMessage | Echo | Reaction | Edit | Revoke | IdentityChange | Notice | BookEntry
    | StatusReport | AccountError | TemplateNews | History | PhoneBook | PastMessage | Unknown | Unreadable
)  # fmt: skip


FILED_LATER = (History, PhoneBook)  # by a job, out of the journal


def happened_at(item: Item) -> datetime | None:
    """When what an item tells of happened, by WhatsApp's clock; None for what has no time."""
    match item:
        case StatusReport(at=at):
            return at
        case InboundMessage() | Echo() | Reaction() | Edit() | Revoke() | IdentityChange() | Notice():
            return item.sent_at
        case _:
            return None
