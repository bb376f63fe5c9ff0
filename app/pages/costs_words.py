"""How the pages about costs call things."""

from app.assistant.models import Purpose
from app.i18n import N_, _

PURPOSES = {
    Purpose.ANSWER: N_("Answers to customers"),
    Purpose.HELP: N_("Help for attendants"),
    Purpose.PANE: N_("Chats with Claude"),
    Purpose.JUDGE: N_("Classifying and judging"),
    Purpose.PROPOSE: N_("Proposals of articles"),
    Purpose.TEST: N_("Tests"),
}
CATEGORIES = {
    "service": N_("Free-form messages"),
    "utility": N_("Utility templates"),
    "marketing": N_("Marketing templates"),
    "authentication": N_("Authentication templates"),
}
KINDS = {
    "input": N_("Input"),
    "output": N_("Output"),
    "cache_write_5m": N_("Written to the cache for 5 minutes"),
    "cache_write_1h": N_("Written to the cache for 1 hour"),
    "cache_read": N_("Read from the cache"),
}


def purpose(key: str) -> str:
    return _(PURPOSES[Purpose(key)]) if key in list(Purpose) else key


def category(key: str) -> str:
    """Meta's word where it is a new one."""
    return _(CATEGORIES[key]) if key in CATEGORIES else key


def kind(key: str) -> str:
    return _(KINDS[key])


def as_it_is(key: str) -> str:
    return key
