"""What a customer does on the phone, and the webhook that follows."""

from collections.abc import Collection
from typing import Any

from app.simulator import payloads, statuses
from app.simulator.contents import typical, wire_type
from app.simulator.people import Customer
from app.simulator.world import ChatMessage, World

UNSUPPORTED = 131051, "Message type unknown", "Message type is currently not supported."


def write(
    world: World,
    customer: Customer,
    text: str | None = None,
    *,
    kind: str = "text",
    content: Any = None,
    reply_to: str | None = None,
    at: float | None = None,
    omit: Collection[str] = (),
    extra: dict[str, Any] | None = None,
    copies: int = 0,
) -> ChatMessage:
    """The customer sends something: a text, or any `kind` with its usual content.

    `at` (unix seconds) back-dates it, `omit` drops contacts, user_id, profile or wa_id from the
    webhook, `extra` adds keys to the message (context, referral), `copies` delivers it N times at once.
    """
    content = typical(kind, world.media) if content is None else content
    if text is not None:
        content = {"body": text} if kind == "text" else {**content, "caption": text}
    message = ChatMessage(
        world.new_wamid(), customer, "in", wire_type(kind), content, world.now() if at is None else at
    )
    message.reply_to = reply_to
    statuses.mark_chat_read(world, customer)
    world.place(message)
    _tell(world, message, omit=omit, extra=extra, copies=copies)
    return message


def _tell(
    world: World,
    message: ChatMessage,
    *,
    omit: Collection[str] = (),
    extra: dict[str, Any] | None = None,
    copies: int = 0,
) -> None:
    told = {**_head(message.id, message.at, message.type), message.type: message.content}
    if message.reply_to:
        told["context"] = {"from": world.config.business_digits, "id": message.reply_to}
    if message.type == "unsupported":
        told["errors"] = [payloads.error_block(*UNSUPPORTED)]
    told |= extra or {}
    _carry(world, message.customer, payloads.inbound(world.config, message.customer, told, omit), copies)


def _carry(world: World, customer: Customer, update: payloads.Update, copies: int = 0) -> None:
    """WhatsApp passes it on, unless the business has blocked the customer: then it stays with one tick."""
    if not world.is_blocked(customer):
        world.courier.carry(update, copies=copies)


def _head(wamid: str, at: float, kind: str) -> dict[str, Any]:
    return {"id": wamid, "timestamp": str(int(at)), "type": kind}


def react(
    world: World, customer: Customer, message_id: str, emoji: str | None, *, leave_out: bool = False
) -> str:
    """React, or take the reaction back (`emoji` empty; `leave_out` drops the key instead).

    Returns the wamid of the reaction itself.
    """
    wamid = world.new_wamid()
    reaction: dict[str, Any] = {"message_id": message_id}
    if not leave_out:
        reaction["emoji"] = emoji or ""
    if target := world.messages.get(message_id):
        target.reactions.pop(customer.key, None)
        if emoji and not leave_out:
            target.reactions[customer.key] = emoji
    told = {**_head(wamid, world.now(), "reaction"), "reaction": reaction}
    _carry(world, customer, payloads.inbound(world.config, customer, told))
    world.background.ring()
    return wamid


def edit(world: World, message: ChatMessage, text: str) -> str:
    """Correct a text within fifteen minutes, as numbers in coexistence report it."""
    message.content = {**message.content, "body": text}
    change = {"original_message_id": message.id, "message": {"type": "text", "text": {"body": text}}}
    return _about_earlier(world, message, "edit", change)


def revoke(world: World, message: ChatMessage) -> str:
    """Delete for everyone, as numbers in coexistence report it."""
    message.is_removed = True
    return _about_earlier(world, message, "revoke", {"original_message_id": message.id})


def _about_earlier(world: World, message: ChatMessage, kind: str, change: dict[str, Any]) -> str:
    wamid = world.new_wamid()
    told = {**_head(wamid, world.now(), kind), kind: change}
    if message.direction == "out":
        world.courier.carry(payloads.echo(world.config, message.customer, told))
    else:
        _carry(world, message.customer, payloads.inbound(world.config, message.customer, told))
    world.background.ring()
    return wamid


def change_number(world: World, customer: Customer, new_wa_id: str) -> str:
    """The customer moves to another phone: a `system` message without contacts."""
    old_wa_id, old_user_id = world.change_number(customer, new_wa_id)
    wamid = world.new_wamid()
    system = {
        "body": f"{customer.name} changed from {old_wa_id or old_user_id} to {new_wa_id}",
        "type": "user_changed_number",
        "wa_id": new_wa_id,
        "user_id": customer.user_id,
        "previous_user_id": old_user_id,
    }
    told = {**_head(wamid, world.now(), "system"), "system": system}
    if old_wa_id:
        told["from"] = old_wa_id
    value = {**payloads.base_value(world.config), "messages": [told]}
    world.courier.carry(payloads.Update(wamid, "messages", value))
    return wamid


def echo(world: World, customer: Customer, text: str) -> ChatMessage:
    """Somebody of the business answers from the phone app, past the API."""
    message = ChatMessage(
        world.new_wamid(), customer, "out", "text", {"body": text}, world.now(), "delivered"
    )
    world.place(message)
    told = {**_head(message.id, message.at, "text"), "text": message.content}
    world.courier.carry(payloads.echo(world.config, customer, told))
    return message
