"""The list of customers whom a number of the business has blocked: what Graph takes and tells of it."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from app.whatsapp.graph_errors import GraphError
from app.whatsapp.lenient import JsonObject, object_at, objects_at, text_at
from app.whatsapp.outcomes import NotSent, Unknown, json_in, retry_after_seconds
from app.whatsapp.user_ids import UserIdKind, kind_of

DONE = ("added_users", "removed_users")


def block_payload(user: str) -> dict[str, Any]:
    """One customer to block or unblock: a wa_id or a BSUID, told apart by pattern as in a message."""
    named = {"user": "+" + plain(user)} if kind_of(user) is UserIdKind.WA_ID else {"user_id": user}
    return {"messaging_product": "whatsapp", "block_users": [named]}


def result_for(
    user: str, http_status: int, retry_after: str | None, body: bytes, now: datetime
) -> NotSent | Unknown | None:
    """What became of this customer: None when done. Each has a result of their own, also in an answer that as a whole is
    an error, and that one says why."""
    document, user = json_in(body), plain(user)
    results = object_at(document, "block_users")
    if any(user in names_of(one) for kind in DONE for one in objects_at(results, kind)):
        return None
    whole = GraphError.in_answer(document, http_status)
    for failed in objects_at(results, "failed_users"):
        if user in names_of(failed):
            reasons = (
                GraphError.in_answer({"error": one}, http_status) for one in objects_at(failed, "errors")
            )
            whole = next(filter(None, reasons), whole)
    if whole is None:
        return Unknown(f"HTTP {http_status} without a result")
    return NotSent(whole, retry_after_seconds(retry_after, now))


def names_on(page: JsonObject) -> Iterator[str]:
    """The customers on one page of the list, by every name that Meta gives them."""
    for one in objects_at(page, "data"):
        yield from names_of(one)


def names_of(entry: JsonObject) -> set[str]:
    return {plain(text_at(entry, field)) for field in ("input", "wa_id", "user_id")} - {""}


def plain(user: str) -> str:
    return user.removeprefix("+")
