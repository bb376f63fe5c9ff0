"""What Claude can do for an attendant, and why it did not, in the attendant's language."""

from app.consulting.models import ConsultationFailure, Wish
from app.i18n import N_, _

WORDS = {
    Wish.SUGGEST: N_("Suggest a reply"),
    Wish.SHORTER: N_("Make my text shorter"),
    Wish.KINDER: N_("Make my text kinder"),
    Wish.CORRECT: N_("Correct my text"),
    Wish.TRANSLATE: N_("Translate my text for the customer"),
    Wish.UNDERSTAND: N_("Translate what the customer wrote"),
    Wish.SUMMARISE: N_("Summarise the conversation"),
    Wish.ASK: N_("Ask the knowledge base"),
    Wish.BRIEFING: N_("Reply suggested with a hand-over"),
}
FAILED = {
    ConsultationFailure.REFUSED: N_("Claude declined to write this."),
    ConsultationFailure.MISCONFIGURED: N_(
        "Claude cannot be reached as it is set up; an admin sees why on the page “Claude”."
    ),
    ConsultationFailure.INTERRUPTED: N_("This was interrupted. Try again."),
}


def wish_words(wish: str) -> str:
    """What a newer program knows to do is only called help."""
    return _(WORDS[Wish(wish)]) if wish in list(Wish) else _("Help from Claude")


def failed_words(failure: str) -> str:
    known = FAILED.get(ConsultationFailure(failure)) if failure in list(ConsultationFailure) else None
    return _(known or N_("Claude could not answer now. Try again in a moment."))
