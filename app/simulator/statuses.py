"""What WhatsApp reports about a message that the business sent."""

from asyncio import sleep

from app.simulator import payloads
from app.simulator.courier import Delivery
from app.simulator.faults import Fault, FaultKind
from app.simulator.graph_errors import title_of
from app.simulator.people import Customer
from app.simulator.world import ChatMessage, World

_RANK = ("accepted", "sent", "failed", "delivered", "read", "played")


def report(
    world: World, message: ChatMessage, status: str, *, code: int | None = None, copies: int = 0
) -> list[Delivery]:
    """Send one status webhook; the phone's own tick only ever moves up. `code` goes with `failed`."""
    if status in _RANK and _RANK.index(status) > _rank(message):
        message.status = status
    errors = [payloads.error_block(code, title_of(code), title_of(code))] if code else None
    update = payloads.status(
        world.config,
        message.customer,
        wamid=message.id,
        status=status,
        at=int(world.now()),
        opaque=message.opaque,
        sent_to_phone=message.sent_to_phone,
        errors=errors,
    )
    world.background.ring()
    return world.courier.carry(update, copies=copies)


def _rank(message: ChatMessage) -> int:
    return _RANK.index(message.status) if message.status in _RANK else -1


def mark_read(world: World, message: ChatMessage) -> None:
    """The customer looked at this message of the business; said once, and only after it arrived."""
    if message.direction == "out" and message.status == "delivered" and message.type != "reaction":
        report(world, message, "read")


def mark_chat_read(world: World, customer: Customer) -> None:
    """The customer looked at the chat: what arrived since the last look becomes read."""
    for message in reversed(world.chat(customer)):
        if message.direction == "out" and message.status == "read":
            return
        mark_read(world, message)


async def follow(world: World, message: ChatMessage, faults: dict[FaultKind, Fault]) -> None:
    """Report on an accepted message until it is delivered, or read in an open chat."""
    pause = world.config.status_delay_seconds
    for status in _expected(message, faults):
        await sleep(pause)
        report(world, message, status)
    if FaultKind.STATUSES not in faults and world.chat_is_open(message.customer):
        await sleep(pause)
        mark_read(world, message)


def _expected(message: ChatMessage, faults: dict[FaultKind, Fault]) -> list[str]:
    if fault := faults.get(FaultKind.STATUSES):
        return fault.order
    return ["sent"] if message.type == "reaction" else ["sent", "delivered"]


async def fail(world: World, message: ChatMessage, code: int) -> None:
    """Report an accepted message as not delivered."""
    await sleep(world.config.status_delay_seconds)
    report(world, message, "failed", code=code)
