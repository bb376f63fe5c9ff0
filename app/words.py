"""Sentences that depend on what they speak of, for the templates."""

import re
from copy import copy
from datetime import date
from decimal import Decimal

from babel import Locale
from babel.dates import format_skeleton
from babel.numbers import format_currency, format_decimal, format_percent

from app.contacts.models import DuplicateReason, IdentityKind
from app.conversations.brief import brief
from app.conversations.models import Author, Message
from app.conversations.quotes import Quote
from app.conversations.reacted import Reacted
from app.conversations.thread import Bubble
from app.i18n import N_, _, number_format

DUPLICATES = {
    DuplicateReason.SAME_NUMBER: N_("Both numbers are the same but for one digit."),
    DuplicateReason.CHANGED_NUMBER: N_("WhatsApp told of a change of number and did not prove whose."),
    DuplicateReason.TAKEN_NUMBER: N_("They wrote from the same number, which may have changed hands."),
    DuplicateReason.SHARED_CONTACT: N_("Asked for a number, they gave one that the other contact has."),
}

IDENTITIES = {
    IdentityKind.BSUID: N_("WhatsApp's id for this business"),
    IdentityKind.PARENT_BSUID: N_("WhatsApp's id for the group of companies"),
    IdentityKind.WA_ID: N_("Phone number"),
}


def duplicate(reason: str) -> str:
    """Why two contacts may be one person, in the reader's language."""
    return _(DUPLICATES[DuplicateReason(reason)])


def identity(kind: str) -> str:
    """What kind of name for a person an identity is."""
    return _(IDENTITIES[IdentityKind(kind)])


def author(bubble: Bubble) -> str:
    """Who answered, above the first bubble of a run."""
    return author_of(bubble.message, bubble.author_name)


def author_of(message: Message, name: str | None) -> str:
    """Who said it; `name`: the attendant's or the contact's, where it is known."""
    match message.author:
        case Author.CLAUDE:
            return "Claude"
        case Author.PHONE:
            return _("By the phone app")
        case _:
            return name or _("A former attendant")


def quote(quote: Quote) -> str:
    """Who is quoted."""
    return author_of(quote.message, quote.name)


def closing(minutes: int | None, *, within_the_hour: bool = False) -> str:
    """How long the 24-hour window stays open. None: with "{hours}" and "{minutes}" for the page's script to fill in."""
    if minutes is None:
        hours, minutes_over = ("" if within_the_hour else "{hours}"), "{minutes}"
    else:
        hours, minutes_over = str(minutes // 60) if minutes >= 60 else "", str(minutes % 60)
    if hours:
        return _("Closes in %(hours)s h %(minutes)s min") % {"hours": hours, "minutes": minutes_over}
    return _("Closes in %(minutes)s min") % {"minutes": minutes_over}


def reaction(reacted: Reacted) -> str:
    """What the list says of the newest reaction."""
    told = {"emoji": reacted.emoji, "text": brief(reacted.message)}
    if reacted.by_us:
        return _("We reacted with %(emoji)s to: “%(text)s”") % told
    return _("Reacted with %(emoji)s to: “%(text)s”") % told


HALF_A_LINK = re.compile(r"\[([^\]\n]*)\]\([^)\s]*$")


def whole_so_far(markdown: str) -> str:
    """A growing text as if it ended here: open bold is closed and half a link is its words, so that no lone mark shows."""
    markdown = HALF_A_LINK.sub(r"\1", markdown)
    if markdown.count("**") % 2 == 0:
        return markdown
    text = markdown.rstrip()
    return text[:-2] if text.endswith("**") else f"{text}**"


def file_size(size: int) -> str:
    """As people say it, in the reader's language: 850 B, 12 kB, 3,4 MB."""
    for unit, least in (("MB", 1_000_000), ("kB", 1_000)):
        if size >= least:
            amount = size / least
            rounded = round(amount, 1) if amount < 10 else round(amount)
            return f"{format_decimal(rounded, locale=number_format())} {unit}"
    return f"{size} B"


def money(amount: Decimal, currency: str) -> str:
    """As people write it, in the reader's language: R$ 30,50. A currency that is none stands as it came."""
    if not re.fullmatch("[A-Z]{3}", currency):
        return f"{format_decimal(amount, locale=number_format())} {currency}".strip()
    return spaced(format_currency(amount, currency, locale=number_format()))


def spaced(money: str) -> str:
    """After a currency that ends in a letter CLDR wants a space, which Babel leaves out: MXN 30.50."""
    return re.sub(r"(?<=[^\W\d_])(?=\d)", "\N{NO-BREAK SPACE}", money)


MILLION = 1_000_000


def usd(micro: int) -> str:
    """Micro-USD as money: to a hundredth of a cent while it is less than a dollar."""
    return in_small(micro, "USD")


def brl(micro: int) -> str:
    return in_small(micro, "BRL")


def in_small(micro: int, currency: str) -> str:
    amount = Decimal(micro) / MILLION
    pattern = copy(Locale.parse(number_format()).currency_formats["standard"])
    pattern.frac_prec = (4, 4) if 0 < amount < 1 else (2, 2)
    return spaced(pattern.apply(amount, number_format(), currency=currency, currency_digits=False))


def typed_number(micro: int | None) -> str:
    """Millionths as somebody types the number into a field, in the reader's language."""
    if micro is None:
        return ""
    return format_decimal(Decimal(micro) / MILLION, "0.00####", locale=number_format())


def whole(number: int) -> str:
    return format_decimal(number, locale=number_format())


def percent(share: float) -> str:
    """A share from 0 to 1, in the reader's language."""
    return format_percent(share, locale=number_format())


def month(day: date) -> str:
    """The month of a day with its year: novembro de 2026."""
    return format_skeleton("yMMMM", day, locale=number_format())


def minutes_and_seconds(seconds: float) -> str:
    """How long a sound or film lasts: 0:07, 12:30."""
    whole = max(1, round(seconds))
    return f"{whole // 60}:{whole % 60:02}"
