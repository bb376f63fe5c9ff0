"""Webhook bodies as Meta writes them, made to order."""

import time
from collections.abc import Sequence
from typing import Any

from app.whatsapp.numbers import SIMULATED_PHONE_NUMBER_ID
from tests.people import Customer

Json = dict[str, Any]

BUSINESS = "5511900000000"  # the shop's own number, as webhooks write it


def text(wamid: str, body: str, sender: Customer, *, at: float | None = None, **more: Any) -> Json:
    """A text message; the sender's ids stand where Meta puts them."""
    ids = {"from": sender.wa_id, "from_user_id": sender.bsuid}
    seconds = str(int(time.time() if at is None else at))
    told = {"id": wamid, "timestamp": seconds, "type": "text", "text": {"body": body}}
    return {name: value for name, value in ids.items() if value} | told | more


def status(wamid: str, word: str, **more: Any) -> Json:
    return {"id": wamid, "status": word, "timestamp": str(int(time.time()))} | more


def contact(customer: Customer, **profile: str) -> Json:
    """A member of `contacts`: only the ids that this customer has."""
    ids = {"wa_id": customer.wa_id, "user_id": customer.bsuid}
    known = {name: value for name, value in ids.items() if value}
    return {"profile": {"name": customer.name} | profile} | known


def change(
    *messages: Any,
    contacts: Sequence[Json] = (),
    statuses: Sequence[Any] = (),
    number: str = SIMULATED_PHONE_NUMBER_ID,
) -> Json:
    value: Json = {
        "messaging_product": "whatsapp",
        "metadata": {"display_phone_number": BUSINESS, "phone_number_id": number},
    }
    lists: Json = {"contacts": list(contacts), "messages": list(messages), "statuses": list(statuses)}
    return {"field": "messages", "value": value | {name: found for name, found in lists.items() if found}}


def past(*threads: tuple[Customer, Sequence[Any]], files: Sequence[Json] = (), **part: Any) -> Json:
    """A change that brings the phone app's past: threads of customers, and files that had placeholders before."""
    listed = [{"id": who.wa_id or who.bsuid, "messages": list(said)} for who, said in threads]
    metadata = {"phase": 0, "chunk_order": 1, "progress": 10}
    value: Json = {
        "messaging_product": "whatsapp",
        "metadata": {"display_phone_number": BUSINESS, "phone_number_id": SIMULATED_PHONE_NUMBER_ID},
    }
    if threads or part:
        value["history"] = [{"metadata": metadata, "threads": listed} | part]
    return {"field": "history", "value": value | ({"messages": list(files)} if files else {})}


def theirs(wamid: str, body: str, sender: Customer, at: float, status: str = "READ") -> Json:
    """A message of the past that a customer wrote."""
    return text(wamid, body, sender, at=at, history_context={"status": status})


def ours(wamid: str, body: str, to: Customer, at: float, status: str = "DELIVERED") -> Json:
    """A message of the past that somebody of the business wrote in the phone app."""
    message = text(wamid, body, Customer("", wa_id=BUSINESS), at=at)
    return message | {"to": to.wa_id, "history_context": {"status": status}}


def webhook(*entries: Sequence[Any] | Json) -> Json:
    """A body of these entries; each is a list of changes, or a single one."""
    listed = [[entry] if isinstance(entry, dict) else list(entry) for entry in entries]
    return {
        "object": "whatsapp_business_account",
        "entry": [{"id": "200000000000001", "changes": changes} for changes in listed],
    }


def written(wamid: str, body: str, sender: Customer, **more: Any) -> Json:
    """A whole webhook with one text of one customer."""
    return webhook(change(text(wamid, body, sender, **more), contacts=[contact(sender)]))
