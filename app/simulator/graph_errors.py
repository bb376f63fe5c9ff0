"""Errors as Graph writes them."""

import secrets
from typing import Any

from starlette.responses import JSONResponse

# code: (title, HTTP status). Throttles come as 400, 403 or 429 in the field; here as a client may meet them.
_KNOWN: dict[int, tuple[str, int]] = {
    0: ("AuthException", 401),
    1: ("API Unknown", 500),
    2: ("API Service", 503),
    3: ("API Method", 500),
    4: ("API Too Many Calls", 400),
    10: ("Permission Denied", 403),
    33: ("Parameter value is not valid", 400),
    100: ("Invalid parameter", 400),
    190: ("Access token has expired", 401),
    368: ("Temporarily blocked for policies violations", 403),
    80007: ("Rate limit issues", 400),
    130403: ("Business blocked the user", 400),
    130429: ("Rate limit hit", 429),
    130472: ("User's number is part of an experiment", 400),
    130497: ("Business account is restricted from messaging users in this country", 403),
    131000: ("Something went wrong", 500),
    131005: ("Access denied", 403),
    131008: ("Required parameter is missing", 400),
    131009: ("Parameter value is not valid", 400),
    131016: ("Service unavailable", 500),
    131021: ("Recipient cannot be sender", 400),
    131026: ("Message undeliverable", 400),
    131030: ("Recipient phone number not in allowed list", 400),
    131031: ("Account has been locked", 403),
    131042: ("Business eligibility payment issue", 400),
    131045: ("Incorrect certificate", 500),
    131047: ("Re-engagement message", 400),
    131048: ("Spam rate limit hit", 400),
    131049: ("Message not delivered to maintain healthy ecosystem engagement", 400),
    131050: ("User has stopped marketing messages", 400),
    131051: ("Unsupported message type", 400),
    131052: ("Media download error", 400),
    131053: ("Media upload error", 400),
    131056: ("(Business Account, Consumer Account) pair rate limit hit", 400),
    131057: ("Account in maintenance mode", 500),
    132000: ("Template param count mismatch", 400),
    132001: ("Template does not exist", 404),
    132012: ("Template parameter format mismatch", 400),
    132015: ("Template is paused", 400),
    132016: ("Template is disabled", 400),
    133010: ("Phone number not registered", 400),
    139100: ("Failed to block/unblock users", 400),
    139101: ("Blocklist limit reached", 400),
    139102: ("Blocklist concurrent update", 400),
    139103: ("Internal error", 500),
}


class GraphRefusal(Exception):
    """The request is refused with this code; `details` says what was wrong with it."""

    def __init__(self, code: int, details: str, subcode: int | None = None) -> None:
        super().__init__(details)
        self.code = code
        self.details = details
        self.subcode = subcode


def title_of(code: int) -> str:
    return _KNOWN.get(code, ("Something went wrong", 400))[0]


def error_answer(
    code: int,
    details: str = "",
    *,
    subcode: int | None = None,
    http_status: int = 0,
    headers: dict[str, str] | None = None,
) -> JSONResponse:
    """The documented JSON, with the HTTP status usual for this code unless given."""
    error = error_body(code, details)
    if subcode is not None:
        error["error_subcode"] = subcode
    usual = _KNOWN.get(code, ("", 400))[1]
    return JSONResponse({"error": error}, status_code=http_status or usual, headers=headers)


def error_body(code: int, details: str = "") -> dict[str, Any]:
    return {
        "message": f"(#{code}) {title_of(code)}",
        "type": "OAuthException",
        "code": code,
        "error_data": {"messaging_product": "whatsapp", "details": details or title_of(code)},
        "fbtrace_id": "A" + secrets.token_urlsafe(16),
    }
