"""The shapes that Meta sends to a webhook."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from app.simulator.config import SimulatorConfig
from app.simulator.people import Customer

ERROR_HELP = "https://developers.facebook.com/docs/whatsapp/cloud-api/support/error-codes/"


@dataclass(frozen=True, slots=True)
class Update:
    """One thing that happened: the wamid it is about, the webhook field, and the change's value."""

    id: str
    field: str
    value: dict[str, Any]


def envelope(config: SimulatorConfig, updates: list[Update], shape: str = "merged") -> dict[str, Any]:
    """The whole body. `shape`: "merged" puts neighbours of one kind into the same lists,
    "changes" gives each its own change, "entries" its own entry.
    """
    values = _merged(updates) if shape == "merged" else [(update.field, update.value) for update in updates]
    changes = [{"field": field, "value": value} for field, value in values]
    groups = [[change] for change in changes] if shape == "entries" else [changes]
    return {
        "object": "whatsapp_business_account",
        "entry": [_entry(config, group) for group in groups],
    }


def _entry(config: SimulatorConfig, changes: list[dict[str, Any]]) -> dict[str, Any]:
    entry: dict[str, Any] = {"id": config.business_account_id, "changes": changes}
    if any(change["field"] != "messages" for change in changes):
        entry["time"] = 1_790_000_000
    return entry


def _merged(updates: list[Update]) -> list[tuple[str, dict[str, Any]]]:
    merged: list[tuple[str, dict[str, Any]]] = []
    for update in updates:
        lists = {key: value for key, value in update.value.items() if isinstance(value, list)}
        if merged and merged[-1][0] == update.field and lists.keys() == _lists_of(merged[-1][1]):
            for key, items in lists.items():
                merged[-1][1][key] += [
                    item for item in items if key != "contacts" or item not in merged[-1][1][key]
                ]
        else:
            merged.append(
                (update.field, {**update.value, **{key: list(items) for key, items in lists.items()}})
            )
    return merged


def _lists_of(value: dict[str, Any]) -> set[str]:
    return {key for key, content in value.items() if isinstance(content, list)}


def base_value(config: SimulatorConfig) -> dict[str, Any]:
    """What every value begins with."""
    return {
        "messaging_product": "whatsapp",
        "metadata": {
            "display_phone_number": config.business_digits,
            "phone_number_id": config.phone_number_id,
        },
    }


def contact(customer: Customer, omit: Collection[str] = ()) -> dict[str, Any]:
    """One member of `contacts`. `omit` may name keys, as older or poorer hooks lack them."""
    profile = {"name": customer.name, "username": customer.username}
    block = {
        "profile": {key: value for key, value in profile.items() if value},
        "wa_id": customer.wa_id,
        "user_id": customer.user_id,
    }
    return {key: value for key, value in block.items() if value and key not in omit}


def inbound(
    config: SimulatorConfig, customer: Customer, message: dict[str, Any], omit: Collection[str] = ()
) -> Update:
    """A message by a customer. Its `from` and `from_user_id` are filled in here."""
    sender = {"from": customer.wa_id, "from_user_id": customer.user_id}
    known = {
        key: value
        for key, value in sender.items()
        if value and key not in omit and not (key == "from_user_id" and "user_id" in omit)
    }
    value = base_value(config)
    if "contacts" not in omit:
        value["contacts"] = [contact(customer, omit)]
    value["messages"] = [{**known, **message}]
    return Update(message["id"], "messages", value)


def echo(config: SimulatorConfig, customer: Customer, message: dict[str, Any]) -> Update:
    """A message that the business typed on its own phone."""
    to = {"to": customer.wa_id, "to_user_id": customer.user_id}
    told = {"from": config.business_digits, **{key: value for key, value in to.items() if value}, **message}
    value = base_value(config)
    value["contacts"] = [contact(customer)]
    value["message_echoes"] = [told]
    return Update(message["id"], "smb_message_echoes", value)


def account_error(config: SimulatorConfig, code: int, title: str, details: str) -> Update:
    """Trouble with the whole number, tied to no message."""
    return Update("", "messages", {**base_value(config), "errors": [error_block(code, title, details)]})


def template_status(template: dict[str, Any]) -> Update:
    """Meta decided about a template."""
    value = {
        "event": template["status"],
        "message_template_id": int(template["id"]),
        "message_template_name": template["name"],
        "message_template_language": template["language"],
        "reason": template["rejected_reason"],
    }
    return Update("", "message_template_status_update", value)


def error_block(code: int, title: str, details: str) -> dict[str, Any]:
    return {
        "code": code,
        "title": title,
        "message": title,
        "error_data": {"details": details},
        "href": ERROR_HELP,
    }


def status(
    config: SimulatorConfig,
    customer: Customer,
    *,
    wamid: str,
    status: str,
    at: int,
    opaque: str | None,
    sent_to_phone: bool,
    errors: list[dict[str, Any]] | None = None,
) -> Update:
    """A report about one of ours. A failed one has no contacts, and no BSUID if sent to a phone."""
    report: dict[str, Any] = {"id": wamid, "status": status, "timestamp": str(at)}
    if customer.wa_id and (status != "failed" or sent_to_phone):
        report["recipient_id"] = customer.wa_id
    if status != "failed" or not sent_to_phone:
        report["recipient_user_id"] = customer.user_id
    if opaque is not None:
        report["biz_opaque_callback_data"] = opaque
    if status in ("sent", "delivered"):
        report["pricing"] = {
            "billable": False,
            "pricing_model": "PMP",
            "type": "free_customer_service",
            "category": "service",
        }
    if errors:
        report["errors"] = errors
    value = base_value(config)
    if status != "failed":
        value["contacts"] = [_recipient(customer, with_username=status != "sent")]
    value["statuses"] = [report]
    return Update(wamid, "messages", value)


def _recipient(customer: Customer, *, with_username: bool) -> dict[str, Any]:
    block: dict[str, Any] = {
        "profile": {"name": customer.name},
        "wa_id": customer.wa_id,
        "user_id": customer.user_id,
    }
    if with_username and customer.username:
        block["profile"]["username"] = customer.username
    return {key: value for key, value in block.items() if value}
