"""Meta's error codes, sorted once: what to do with the message, when, and what to tell the attendant.

The same codes come as the answer to a send and, later, in a `failed` status; both ask here.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from app.i18n import N_
from app.whatsapp.lenient import number_at, object_at, text_at


class Remedy(StrEnum):
    AGAIN_LATER = "again_later"  # this message, after a wait
    SLOW_NUMBER = "slow_number"  # this message after a wait, and until then nothing of its number
    NEVER = "never"  # this message will not go; others may
    OUR_FAULT = "our_fault"  # as never, and somebody must repair the program: alert
    STOP_NUMBER = "stop_number"  # nothing of this number goes until an admin has acted


class Help(StrEnum):
    """The button that helps with a message that failed."""

    RETRY = "retry"
    TEMPLATE = "template"  # and to try again once the customer has written
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Backoff:
    """Waits that grow: `first_seconds`, then `factor` times as long each time, up to `cap_seconds`."""

    first_seconds: float = 1
    factor: float = 2
    cap_seconds: float = 300

    def seconds(self, attempt: int, jitter: float = 0) -> float:
        """The wait after the attempt of this number (1 = the first); `jitter` in [0, 1) adds up to half."""
        grown = self.first_seconds * self.factor ** min(max(attempt - 1, 0), 30)
        return min(self.cap_seconds, grown * (1 + jitter / 2))


USUAL = Backoff()
PAIR_RATE = Backoff(first_seconds=1, factor=4)  # Meta's own rule: 4^X seconds, X = 0, 1, 2…
MINUTES = Backoff(first_seconds=60)
A_MINUTE = Backoff(first_seconds=60, factor=1)
FIVE_MINUTES = Backoff(first_seconds=300, factor=1)
AN_HOUR = Backoff(first_seconds=3600, factor=1, cap_seconds=3600)


@dataclass(frozen=True, slots=True)
class Meaning:
    remedy: Remedy
    words: str
    hint: str = ""
    backoff: Backoff = USUAL
    help: Help = Help.RETRY


TELL_ADMIN = N_("Tell an admin.")
WAIT = N_("Nothing to do: it is sent again by itself.")
NOTHING = N_("Nothing can be done about this message.")
OFFER_TEMPLATE = N_("Send a template.")

TOKEN = Meaning(Remedy.STOP_NUMBER, N_("WhatsApp is disconnected."), N_("Ask an admin to renew the token."))
PERMISSION = Meaning(
    Remedy.STOP_NUMBER, N_("WhatsApp is disconnected: a permission is missing."),
    N_("Ask an admin to check the permissions of the token."),
)  # fmt: skip
TROUBLE = Meaning(Remedy.AGAIN_LATER, N_("WhatsApp is having problems."), WAIT)
QUOTA = Meaning(Remedy.SLOW_NUMBER, N_("WhatsApp asks us to slow down."), WAIT, MINUTES)
THROUGHPUT = Meaning(Remedy.SLOW_NUMBER, N_("The queue is slow; this is sent shortly."), WAIT)
PAIR = Meaning(Remedy.AGAIN_LATER, N_("Too many messages to this customer; waiting."), WAIT, PAIR_RATE)
MAINTENANCE = Meaning(Remedy.SLOW_NUMBER, N_("WhatsApp is busy; this is sent in a minute."), WAIT, A_MINUTE)
SPAM = Meaning(Remedy.NEVER, N_("This number is restricted because of spam reports."), TELL_ADMIN)
LIMIT_CUT = Meaning(Remedy.NEVER, N_("Meta lowered the limit for templates of this account."), TELL_ADMIN)
WINDOW = Meaning(
    Remedy.NEVER, N_("More than 24 hours have passed since the customer's last message."), OFFER_TEMPLATE,
    help=Help.TEMPLATE,
)  # fmt: skip
UNDELIVERABLE = Meaning(
    Remedy.NEVER, N_("This person can't receive it on WhatsApp."), N_("Try another way to reach this person.")
)
HELD_BACK = Meaning(
    Remedy.NEVER, N_("Meta did not deliver this promotion."), N_("Try tomorrow or with another text.")
)
OPTED_OUT = Meaning(
    Remedy.NEVER, N_("The customer stopped marketing messages."), N_("Do not send promotions to this person."),
    help=Help.NONE,
)  # fmt: skip
UNSUPPORTED = Meaning(
    Remedy.NEVER,
    N_("This kind of message can't be sent or shown."),
    N_("Use another kind of message."),
    help=Help.NONE,
)
NO_ATTACHMENT = Meaning(
    Remedy.NEVER, N_("The attachment could not be fetched."), N_("Ask for a smaller file.")
)
FORMAT = Meaning(
    Remedy.NEVER, N_("WhatsApp refused the format of this file."), N_("Send it in another format.")
)
ONLY_IN_APP = Meaning(
    Remedy.NEVER, N_("WhatsApp does not show this message here."),
    N_("See this message in the WhatsApp Business app."), help=Help.NONE,
)  # fmt: skip
OWN_NUMBER = Meaning(Remedy.NEVER, N_("That is your own number."), NOTHING, help=Help.NONE)
TEST_NUMBER = Meaning(
    Remedy.NEVER, N_("This test number may write only to people on its list."),
    N_("Ask an admin to add the person to the list at Meta."),
)  # fmt: skip
NEEDS_PHONE = Meaning(
    Remedy.NEVER, N_("This message needs the customer's phone number."), N_("Ask for the phone number first.")
)
TECHNICAL = Meaning(Remedy.OUR_FAULT, N_("This could not be sent for a technical reason."), TELL_ADMIN)
RESTRICTED = Meaning(Remedy.STOP_NUMBER, N_("Meta restricted this account."), TELL_ADMIN)
SETUP = Meaning(Remedy.STOP_NUMBER, N_("The WhatsApp account has a setup or payment problem."), TELL_ADMIN)
TEMPLATE_FIELDS = Meaning(
    Remedy.NEVER, N_("The template's fields do not fit."), N_("Fill in all fields of the template.")
)
TEMPLATE_MISSING = Meaning(
    Remedy.NEVER, N_("The template is not available in this language."), N_("Choose another template.")
)
TEMPLATE_TEXT = Meaning(
    Remedy.NEVER, N_("WhatsApp refused the template's text."), N_("Shorten or change the text.")
)
TEMPLATE_PAUSED = Meaning(Remedy.NEVER, N_("Meta paused this template."), N_("Choose another template."))
FLOW_BLOCKED = Meaning(Remedy.NEVER, N_("Meta blocked this form."), TELL_ADMIN)
FLOW_SLOW = Meaning(Remedy.AGAIN_LATER, N_("This form was sent too often."), WAIT, AN_HOUR)
REGISTRATION = Meaning(Remedy.NEVER, N_("The number could not be registered at WhatsApp."), TELL_ADMIN)
REGISTERING = Meaning(Remedy.AGAIN_LATER, N_("The number is being registered."), WAIT, FIVE_MINUTES)
IDENTITY = Meaning(
    Remedy.NEVER, N_("The customer's identity on WhatsApp changed."),
    N_("Verify who it is, then confirm it."),
)  # fmt: skip
NOT_BLOCKED = Meaning(
    Remedy.NEVER, N_("The customer could not be blocked."),
    N_("Only who wrote in the last 24 hours can be blocked."),
)  # fmt: skip
BLOCK_LATER = Meaning(Remedy.AGAIN_LATER, N_("The customer could not be blocked."), WAIT)
BLOCK_LIST_FULL = Meaning(
    Remedy.NEVER, N_("This number's list of blocked customers is full."),
    N_("Unblock somebody who no longer needs to be on it."),
)  # fmt: skip
BLOCKED_BY_US = Meaning(
    Remedy.NEVER, N_("Not sent: this customer is blocked."), N_("Unblock the customer, then try again.")
)
SYNC = Meaning(Remedy.NEVER, N_("The phone app's conversations could not be copied."), TELL_ADMIN)
REFUSED = Meaning(Remedy.NEVER, N_("WhatsApp refused this message."), TELL_ADMIN)

TABLE: list[tuple[Iterable[int], Meaning]] = [
    ((0, 190), TOKEN),
    ((3, 10, *range(200, 300), 131005), PERMISSION),
    ((1, 2, 131000, 131016, 133004), TROUBLE),
    ((4, 80007), QUOTA),
    ((130429,), THROUGHPUT),
    ((131056,), PAIR),
    ((131048,), SPAM),
    ((131057, 2494100), MAINTENANCE),
    ((131064,), LIMIT_CUT),
    ((131047,), WINDOW),
    ((131026,), UNDELIVERABLE),
    ((131049, 130472), HELD_BACK),
    ((131050,), OPTED_OUT),
    ((131051,), UNSUPPORTED),
    ((131052,), NO_ATTACHMENT),
    ((131053,), FORMAT),
    ((131060,), ONLY_IN_APP),
    ((131021,), OWN_NUMBER),
    ((131030,), TEST_NUMBER),
    ((131062,), NEEDS_PHONE),
    ((131008, 131009, 100, 33, 135000), TECHNICAL),
    ((131031, 368, 130497), RESTRICTED),
    ((131037, 131042, 131045, 133010), SETUP),
    ((132000, 132012, 132008), TEMPLATE_FIELDS),
    ((132001,), TEMPLATE_MISSING),
    ((132005, 132007), TEMPLATE_TEXT),
    ((132015, 132016), TEMPLATE_PAUSED),
    ((132068,), FLOW_BLOCKED),
    ((132069,), FLOW_SLOW),
    ((133000, *range(133005, 133010), 133016), REGISTRATION),
    ((133015,), REGISTERING),
    ((137000,), IDENTITY),
    ((130403,), BLOCKED_BY_US),
    ((139100,), NOT_BLOCKED),
    ((139101,), BLOCK_LIST_FULL),
    ((139102, 139103), BLOCK_LATER),
    ((2593107, 2593108, 2593109), SYNC),
]
MEANINGS = {code: meaning for codes, meaning in TABLE for code in codes}


@dataclass(frozen=True, slots=True)
class GraphError:
    """One error of Meta's. `details` may name people: it is for the screen, never for a log."""

    code: int | None
    details: str = ""
    http_status: int | None = None  # of the answer that carried it; decides only for a code we do not know
    trace: str = ""  # fbtrace_id: for the log, and for Meta's support

    @classmethod
    def in_answer(cls, document: Any, http_status: int) -> "GraphError | None":
        """The error in an answer of Graph, None when it holds none with a code."""
        error = object_at(document, "error")
        code = number_at(error, "code")
        if code is None:
            return None
        details = text_at(error, "error_data", "details") or text_at(error, "message")
        return cls(code, details, http_status, text_at(error, "fbtrace_id"))

    @property
    def meaning(self) -> Meaning:
        known = MEANINGS.get(self.code) if self.code is not None else None
        is_passing = self.http_status is not None and (self.http_status >= 500 or self.http_status == 429)
        return known or (TROUBLE if is_passing else REFUSED)

    @property
    def remedy(self) -> Remedy:
        return self.meaning.remedy

    @property
    def words(self) -> str:
        """What happened, for the attendant: an English sentence, yet to be translated."""
        return self.meaning.words

    @property
    def hint(self) -> str:
        """What to do next, in the same way; "" when nothing is."""
        return self.meaning.hint

    @property
    def help(self) -> Help:
        return self.meaning.help

    @property
    def passes(self) -> bool:
        """Whether the same message may be taken after a wait."""
        return self.remedy in {Remedy.AGAIN_LATER, Remedy.SLOW_NUMBER}

    def retry_after_seconds(self, attempt: int, jitter: float = 0) -> float | None:
        """How long to wait after that attempt (1 = the first); None: not by itself. `jitter` in [0, 1)."""
        if not self.passes:
            return None
        return self.meaning.backoff.seconds(attempt, jitter)
