"""What became of a proposal, in the reader's language."""

from app.consulting.words import failed_words
from app.i18n import N_, _
from app.proposing.writing import NOT_NOW

NO_MONEY_OR_KEY = N_("Claude is switched off or its budget is spent; an admin sees why on the page “Claude”.")


def proposal_failed(failure: str) -> str:
    return _(NO_MONEY_OR_KEY) if failure == NOT_NOW else failed_words(failure)
