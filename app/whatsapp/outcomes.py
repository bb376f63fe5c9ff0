"""What became of a send. There are three classes, and only the first may be tried again by itself:
certainly not sent (NotSent, NotReached), accepted, unknown."""

import json
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

from app.whatsapp.graph_errors import GraphError
from app.whatsapp.lenient import JsonObject, at, objects_at, text_at

LONGEST_WAIT = 24 * 3600.0


@dataclass(frozen=True, slots=True)
class Accepted:
    """Graph took it over (one tick). `wa_id` and `user_id` are how Graph spells the recipient: aliases."""

    wamid: str
    wa_id: str | None = None
    user_id: str | None = None


@dataclass(frozen=True, slots=True)
class NotSent:
    """Graph refused it, in its own JSON, whatever the HTTP status was."""

    error: GraphError
    retry_after_seconds: float | None = None  # what the answer's Retry-After asked for


@dataclass(frozen=True, slots=True)
class NotReached:
    """No connection came about, so nothing left: `reason` is the name of the failure, without content."""

    reason: str


@dataclass(frozen=True, slots=True)
class Unknown:
    """It may have left: never again by itself. `reason` names the failure or the odd answer."""

    reason: str


@dataclass(frozen=True, slots=True)
class Answered:
    """What Graph told when it was asked about something, or why it would not. `server_time` is its clock, to the second."""

    document: JsonObject
    error: GraphError | None = None
    server_time: datetime | None = None


@dataclass(frozen=True, slots=True)
class Withheld:
    """Who wanted it sent took it back at the last moment: nothing was written."""


Outcome = Accepted | NotSent | NotReached | Unknown | Withheld


def outcome_of(http_status: int, retry_after: str | None, body: bytes, now: datetime) -> Outcome:
    """The outcome that this answer proves. `now` (UTC) is for a Retry-After that is a date."""
    document = json_in(body)
    error = GraphError.in_answer(document, http_status)
    wamid = next((text_at(message, "id") for message in objects_at(document, "messages")), "")
    if error and not wamid:
        return NotSent(error, retry_after_seconds(retry_after, now))
    if http_status != 200 or not wamid or error:
        return Unknown(f"HTTP {http_status} without {'wamid' if http_status == 200 else 'a Graph error'}")
    contact = next(iter(objects_at(document, "contacts")), {})
    return Accepted(wamid, text_at(contact, "wa_id") or None, text_at(contact, "user_id") or None)


def success_of(
    http_status: int, retry_after: str | None, body: bytes, now: datetime
) -> NotSent | Unknown | None:
    """As outcome_of for calls that answer only `{"success": true}`: None when it did."""
    document = json_in(body)
    error = GraphError.in_answer(document, http_status)
    if error:
        return NotSent(error, retry_after_seconds(retry_after, now))
    return None if http_status == 200 and at(document, "success") is True else Unknown(f"HTTP {http_status}")


def answer_of(http_status: int, date: str | None, body: bytes) -> Answered | Unknown:
    """What an answer to a question tells; Unknown when it is not Graph that answers."""
    document = json_in(body)
    error = GraphError.in_answer(document, http_status)
    if error or (http_status == 200 and isinstance(document, dict)):
        return Answered(document, error, moment_of(date))
    return Unknown(f"HTTP {http_status}")


def moment_of(date: str | None) -> datetime | None:
    """The moment (UTC) in a header such as Date; None when there is none."""
    try:
        moment = parsedate_to_datetime(date or "")
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def retry_after_seconds(header: str | None, now: datetime) -> float | None:
    """What Retry-After asks for, at most a day; None when absent or neither seconds nor an HTTP date."""
    header = (header or "").strip()
    if re.fullmatch(r"[0-9]{1,9}", header):
        return min(float(header), LONGEST_WAIT)
    try:
        until = parsedate_to_datetime(header)
    except ValueError:
        return None
    until = until if until.tzinfo else until.replace(tzinfo=UTC)
    return min(max((until - now).total_seconds(), 0), LONGEST_WAIT)


def json_in(body: bytes) -> Any:
    """Not `lenient.loads`: what is no JSON is no error here, it only proves nothing."""
    try:
        return json.loads(body.decode())
    except (ValueError, RecursionError):
        return None
