"""What the pages about message templates call Meta's words; one that we do not know is shown as Meta spells it."""

from app.i18n import N_, _
from app.message_templates.parts import MEDIA_LINK, Variable

STATUSES = {
    "APPROVED": N_("Approved"),
    "PENDING": N_("Waiting for Meta's approval"),
    "IN_APPEAL": N_("Rejected, and appealed against"),
    "REJECTED": N_("Rejected"),
    "PAUSED": N_("Paused by Meta"),
    "DISABLED": N_("Disabled by Meta"),
    "FLAGGED": N_("Will be disabled soon"),
    "PENDING_DELETION": N_("Is being deleted"),
    "DELETED": N_("Deleted"),
}
QUALITIES = {"GREEN": N_("Good quality"), "YELLOW": N_("Medium quality"), "RED": N_("Low quality")}
CATEGORIES = {
    "UTILITY": N_("Utility"),
    "MARKETING": N_("Marketing"),
    "AUTHENTICATION": N_("Authentication"),
}
REASONS = {
    "ABUSIVE_CONTENT": N_("it holds words that WhatsApp does not allow"),
    "INVALID_FORMAT": N_("its form is wrong, such as two fields beside each other or one at its end"),
    "PROMOTIONAL": N_("it advertises something, so that it belongs to marketing"),
    "TAG_CONTENT_MISMATCH": N_("its words do not fit its category"),
    "SCAM": N_("it looks like a fraud"),
    "LOW_QUALITY": N_("too many customers blocked or reported it"),
}
FILES = {"image": N_("A picture"), "video": N_("A video"), "document": N_("A document")}


def status(word: str) -> str:
    return _(STATUSES.get(word, word))


def reason(word: str) -> str:
    """Why Meta refused or paused one."""
    return _(REASONS.get(word.upper(), word))


def name(own: str) -> str:
    """Meta's names have underscores where people write spaces."""
    return own.replace("_", " ")


def quality(word: str) -> str:
    return _(QUALITIES.get(word, word))


def category(word: str) -> str:
    return _(CATEGORIES.get(word, word))


def media(kind: str) -> str:
    return _(FILES.get(kind, kind))


def field(variable: Variable) -> str:
    """The label of what is to be filled in."""
    if variable.key == MEDIA_LINK:
        return _("Or its address, which begins with https://")
    if variable.key.startswith("button."):
        return _("For the button “%(name)s”") % {"name": variable.name}
    if variable.name.isdigit():
        return _("Field %(number)s") % {"number": variable.name}
    return variable.name.replace("_", " ")
