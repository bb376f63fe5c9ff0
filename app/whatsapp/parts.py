"""What items of every kind have in common: a type, a time, errors. Pure, as `payloads`."""

import re
from datetime import UTC, datetime, timedelta

from app.whatsapp.items import ErrorReport
from app.whatsapp.lenient import JsonObject, number_at, objects_at, text_at

EARLIEST = datetime(2009, 1, 1, tzinfo=UTC)  # WhatsApp began
SECONDS = re.compile(r"[0-9]{1,11}")  # int() would also read "1_000" and other scripts' digits


def type_of(message: JsonObject) -> str:
    return text_at(message, "type") or "unknown"


def errors_of(holder: JsonObject) -> tuple[ErrorReport, ...]:
    if "errors" not in holder:
        return ()
    return tuple(
        ErrorReport(
            code=number_at(error, "code"),
            title=text_at(error, "title"),
            message=text_at(error, "message"),
            details=text_at(error, "error_data", "details"),
        )
        for error in objects_at(holder, "errors")
    )


def time_of(holder: JsonObject, now: datetime) -> datetime | None:
    """Meta's unix seconds as UTC; None unless they lie between 2009 and a day from now."""
    digits = text_at(holder, "timestamp")
    if not SECONDS.fullmatch(digits):
        return None
    at = datetime.fromtimestamp(int(digits), UTC)
    return at if EARLIEST <= at <= now + timedelta(days=1) else None
