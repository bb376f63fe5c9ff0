"""Control doors about customers: what they write, how their phones report."""

from dataclasses import asdict
from typing import Any

from app.simulator import identities, inbound, statuses
from app.simulator.control_words import Answer, Wish
from app.simulator.courier import Delivery
from app.simulator.world import ChatMessage, World

_WRITING = ("content", "reply_to", "at", "omit", "extra", "copies")


def _message(world: World, wish: Wish) -> ChatMessage:
    """The message named by `id` (a wamid). Raises ValueError when there is none."""
    if found := world.messages.get(wish["id"]):
        return found
    raise ValueError(f"no message {wish['id']}")


async def welcome(world: World, wish: Wish) -> Answer:
    """A new customer: `name`, and `wa_id`, `user_id`, `username` as wished."""
    customer = world.welcome(wish.get("wa_id") or wish.get("user_id") or "")
    old_key = customer.key
    customer.name = wish.get("name", customer.name)
    customer.username = wish.get("username", customer.username)
    customer.user_id = wish.get("user_id", customer.user_id)
    if "wa_id" in wish:
        customer.wa_id = wish["wa_id"]
    world.customers[customer.key] = world.customers.pop(old_key)
    return asdict(customer) | {"key": customer.key}


async def write(world: World, wish: Wish) -> Answer:
    """`customer` says `text`, or sends `type` with `content`; `count` times over.

    `timeout` waits until all of it has been answered with 200, which nothing is of whom the business has blocked.
    """
    customer = world.customer(wish["customer"])
    options: dict[str, Any] = {name: wish[name] for name in _WRITING if name in wish}
    kind = wish.get("type", "text")
    written = [
        inbound.write(world, customer, wish.get("text"), kind=kind, **options)
        for _ in range(int(wish.get("count", 1)))
    ]
    if "timeout" in wish:
        await world.background.until(
            lambda: world.is_blocked(customer) or all(one.status != "sent" for one in written),
            float(wish["timeout"]),
        )
    return {"id": written[-1].id, "ids": [one.id for one in written], "customer": customer.key}


async def react(world: World, wish: Wish) -> Answer:
    """`emoji` on message `id`; "" takes it back, `leave_out` takes it back by leaving the key out."""
    customer = world.customer(wish["customer"])
    leave_out = bool(wish.get("leave_out"))
    return {"id": inbound.react(world, customer, wish["id"], wish.get("emoji"), leave_out=leave_out)}


async def edit(world: World, wish: Wish) -> Answer:
    return {"id": inbound.edit(world, _message(world, wish), wish["text"])}


async def revoke(world: World, wish: Wish) -> Answer:
    return {"id": inbound.revoke(world, _message(world, wish))}


async def echo(world: World, wish: Wish) -> Answer:
    """Somebody of the business writes `text` to `customer` from the phone app."""
    return {"id": inbound.echo(world, world.customer(wish["customer"]), wish["text"]).id}


async def change_number(world: World, wish: Wish) -> Answer:
    return {"id": inbound.change_number(world, world.customer(wish["customer"]), wish["wa_id"])}


async def change_user_id(world: World, wish: Wish) -> Answer:
    """`customer` gets another id; `only_in_sentence`: the old one is named nowhere else."""
    only = bool(wish.get("only_in_sentence"))
    return {"id": identities.change_user_id(world, world.customer(wish["customer"]), only_in_sentence=only)}


async def enter_into_phone_book(world: World, wish: Wish) -> Answer:
    """The business calls `customer` `name` in its phone; `action` add or remove."""
    customer = world.customer(wish["customer"])
    identities.enter_into_phone_book(world, customer, wish.get("name", ""), wish.get("action", "add"))
    return {"customer": customer.key}


async def report(world: World, wish: Wish) -> Answer:
    """`statuses` in this order for message `id`; each waits for the last one's 200 unless `together`."""
    message = _message(world, wish)
    for status in wish["statuses"]:
        code = int(wish.get("code", 131026)) if status == "failed" else None
        sent = statuses.report(world, message, status, code=code, copies=int(wish.get("copies", 0)))
        if not wish.get("together"):
            await _answered(world, sent, float(wish.get("timeout", 10)))
    return {"id": message.id, "status": message.status}


async def _answered(world: World, sent: list[Delivery], within_seconds: float) -> None:
    await world.background.until(lambda: all(one.state != "pending" for one in sent), within_seconds)


async def close_window(world: World, wish: Wish) -> Answer:
    """For `customer` the 24 hours are over, until they write again."""
    customer = world.customer(wish["customer"])
    customer.wrote_at = None
    return {"open": world.window_is_open(customer)}


async def chat(world: World, wish: Wish) -> Answer:
    """What is on `customer`'s phone."""
    customer = world.customer(wish["customer"])
    return {"typing": world.is_typing(customer), "messages": [asdict(one) for one in world.chat(customer)]}


VERBS = {
    "POST /customers": welcome,
    "POST /messages": write,
    "POST /reactions": react,
    "POST /edits": edit,
    "POST /revocations": revoke,
    "POST /echoes": echo,
    "POST /number-changes": change_number,
    "POST /user-id-changes": change_user_id,
    "POST /phone-book": enter_into_phone_book,
    "POST /statuses": report,
    "POST /windows/closing": close_window,
    "GET /chat": chat,
}
