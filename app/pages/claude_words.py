"""What is said of Claude's provider: what works, what does not, and what to do about it."""

from app.assistant.claude import COMPATIBLE, LEAST_THINKING, VERTEX
from app.assistant.models import Purpose
from app.assistant.trying import Tried
from app.i18n import N_, _

PURPOSES = {
    Purpose.ANSWER: N_("Answers to customers"),
    Purpose.HELP: N_("Help for attendants: suggest, rewrite, translate, summarise"),
    Purpose.PANE: N_("Chats with Claude"),
    Purpose.JUDGE: N_("Classifying and judging"),
}
EFFORTS = {
    LEAST_THINKING: N_("No thinking"),
    "low": N_("Low"),
    "medium": N_("Medium"),
    "high": N_("High"),
    "xhigh": N_("Very high"),
    "max": N_("Highest"),
}
PROVIDERS = {
    VERTEX: N_("Claude on Google's Vertex AI"),
    COMPATIBLE: N_("Another server with the same API"),
}
NO_KEY = N_("No key is set. Put one into ANTHROPIC_API_KEY and start again.")
WRONG_KEY = N_("The key is not accepted. Put a valid one into ANTHROPIC_API_KEY and start again.")
NO_SIGN_IN = N_(
    "Google lets nobody in. Install the extra “vertex” and give this machine credentials of Google Cloud."
)
NO_MONEY = N_("The account has no money left, or reached its own limit. Top it up at the provider.")
NOT_PERMITTED = N_("This key may not do that. Look at its rights at the provider.")
NO_SUCH_MODEL = N_("The provider does not know this model. Choose another one.")
NOT_ITS_API = N_(
    "Something answers there, but it does not speak Anthropic's API. Check ANTHROPIC_BASE_URL: without /v1 at its end."
)
NOT_REACHED = N_("Nothing answers. Check the address, the network, and whether the server runs.")
BUSY = N_("The provider is overloaded, or asks to wait. Try again in a minute.")
REFUSED = N_("The provider refused the request. Choose another model, or look into its documentation.")
BY_STATUS = {"401": WRONG_KEY, "402": NO_MONEY, "403": NOT_PERMITTED, "429": BUSY, "529": BUSY}
SILENT = {
    "APIConnectionError",
    "APITimeoutError",
    "TimeoutError",
    "ConnectError",
    "ConnectTimeout",
    "ReadTimeout",
}
SILENT |= {"RemoteProtocolError", "ReadError"}


def failure(kind: str) -> str:
    """What a failure means for whoever operates this, and what to do."""
    return _(meaning(kind))


def meaning(kind: str) -> str:
    status, _space, word = kind.partition(" ")
    if kind == "no key":
        return NO_KEY
    if kind == "google sign-in":
        return NO_SIGN_IN
    if word == "enforced_spend_limit_reached" or word == "billing_error":
        return NO_MONEY
    if status == "404":
        return NO_SUCH_MODEL if word == "not_found_error" else NOT_ITS_API
    if status in BY_STATUS:
        return BY_STATUS[status]
    if kind in SILENT:
        return NOT_REACHED
    if status == "truncated" or status == "garbled" or status in {"405", "APIResponseValidationError"}:
        return NOT_ITS_API
    return BUSY if status.startswith("5") else REFUSED


def outcome(tried: Tried) -> str:
    """What came of testing the connection, in a sentence."""
    if tried.failure is not None:
        return failure(tried.failure)
    told = {"model": tried.model, "num": tried.milliseconds}
    if not tried.takes_tools:
        return (
            _(
                "%(model)s answers (%(num)s ms), but takes no tools: it could not call a person. Choose another one."
            )
            % told
        )
    return (
        _("It works: reached, the key is accepted, %(model)s is known and takes tools. It took %(num)s ms.")
        % told
    )


def purpose(key: Purpose) -> str:
    return _(PURPOSES[key])


def effort(key: str) -> str:
    return _(EFFORTS[key])


def provider(kind: str) -> str:
    return _(PROVIDERS[kind]) if kind in PROVIDERS else "Anthropic"
