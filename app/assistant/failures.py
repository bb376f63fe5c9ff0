"""What can go wrong with Claude, sorted once into: try again, never, and our fault."""

import re

from app import clock
from app.whatsapp.outcomes import retry_after_seconds

FOR_GOOD = {400, 404, 413, 422}
FOR_GOOD_TYPES = {
    "invalid_request_error",
    "not_found_error",
    "request_too_large",
}
SHUT_OUT = {401, 402, 403}
SHUT_OUT_TYPES = {"authentication_error", "billing_error", "permission_error"}
GOOGLES = {"GoogleAuthError", "MissingDependencyError"}
NOT_REACHED = {"ConnectError", "ConnectTimeout", "PoolTimeout"}  # of the HTTP client, by name: it loads late
SPENT = "enforced_spend_limit_reached"  # comes as 429, and waiting does not help


class ClaudeFailed(Exception):
    """No answer came of it. `kind` names the failure for the log and the Turn, without anybody's words."""

    def __init__(self, kind: str, *, request_id: str | None = None) -> None:
        super().__init__(kind)
        self.kind = kind[:80]
        self.request_id = request_id


class Busy(ClaudeFailed):
    """Overloaded, cut, silent, half an answer: a fresh attempt may help, not before `retry_after_seconds`."""

    def __init__(
        self, kind: str, *, retry_after_seconds: float | None = None, request_id: str | None = None
    ) -> None:
        super().__init__(kind, request_id=request_id)
        self.retry_after_seconds = retry_after_seconds


class Refused(ClaudeFailed):
    """The model declined: a person answers."""


class Misconfigured(ClaudeFailed):
    """The key, the money, the model or the request is wrong: an admin has to act, trying again is useless."""


class ShutOut(Misconfigured):
    """The key, the money or the permission: no request will be taken until somebody has seen to it."""


def sorted_out(error: Exception) -> ClaudeFailed:
    """The failure that an error of the SDK, or of the HTTP client under it, stands for.

    An error inside a stream comes with status 200: then its type decides.
    """
    status = getattr(error, "status_code", None)
    if is_googles(error):
        return ShutOut("google sign-in")
    if status is None:
        return Busy(type(error).__name__)
    kind = getattr(error, "type", None)
    code = getattr(error, "error_code", None)
    request_id = getattr(error, "request_id", None)
    name = f"{status} {word(code) or word(kind) or type(error).__name__}"
    if status in SHUT_OUT or kind in SHUT_OUT_TYPES or code == SPENT:
        return ShutOut(name, request_id=request_id)
    if status in FOR_GOOD or kind in FOR_GOOD_TYPES:
        return Misconfigured(name, request_id=request_id)
    return Busy(name, retry_after_seconds=asked_wait(error), request_id=request_id)


def is_googles(error: Exception) -> bool:
    """Whether google-auth is not installed, or finds nobody to sign in as: known by name, it loads late or never."""
    return bool({kind.__name__ for kind in type(error).__mro__} & GOOGLES)


def was_not_read(error: Exception) -> bool:
    """Whether the request was refused, or reached nobody: then it costs nothing."""
    status = getattr(error, "status_code", None)
    cause = error.__cause__ or error
    return is_googles(error) or (status is not None and status >= 400) or type(cause).__name__ in NOT_REACHED


def word(value: object) -> str:
    """A code of the API as it may stand in a log; anything else is nobody's business there."""
    return value if isinstance(value, str) and re.fullmatch(r"[a-z0-9_]{1,50}", value) else ""


def asked_wait(error: Exception) -> float | None:
    """What the answer's headers ask for, in seconds."""
    headers = getattr(getattr(error, "response", None), "headers", {})
    milliseconds = headers.get("retry-after-ms", "")
    if re.fullmatch(r"[0-9]{1,9}", milliseconds):
        return int(milliseconds) / 1000
    return retry_after_seconds(headers.get("retry-after"), clock.now())
