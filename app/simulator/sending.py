"""One request to send: refused, accepted, or made to go wrong; the oracle hears of each."""

from asyncio import sleep
from json import dumps
from typing import Any

from starlette.responses import JSONResponse, Response

from app.simulator import statuses
from app.simulator.cutting import Cut, drip
from app.simulator.faults import Fault, FaultKind
from app.simulator.graph_errors import GraphRefusal, error_answer
from app.simulator.graph_rules import check_send
from app.simulator.people import Customer, bsuid
from app.simulator.world import ChatMessage, World

Payload = dict[str, Any]
NOT_ON_WHATSAPP = 131026
WINDOW_CLOSED = 131047
BLOCKED = 130403, "Unable to deliver the message. This business has blocked the end user on WhatsApp"


async def send(world: World, payload: Payload, number: str) -> Response:
    """Answer `POST /messages` of this number, with whatever faults are waiting for it."""
    faults = world.faults.take_for_send(payload)
    await _slow(world, faults, "before")
    if refused := _refused_by_fault(world, payload, faults):
        return refused
    try:
        check_send(payload)
        if payload.get("type") == "template":
            world.templates.check(payload["template"])
        if number in _addressee(world, payload).blocked_by:
            raise GraphRefusal(*BLOCKED)
    except GraphRefusal as refusal:
        world.record_send(payload, None, refusal.code)
        raise
    message = _accept(world, payload)
    await _follow(world, message, payload, faults)
    await _slow(world, faults, "after")
    return _answer(payload, message, faults)


async def _slow(world: World, faults: dict[FaultKind, Fault], when: str) -> None:
    fault = faults.get(FaultKind.SLOW)
    if fault and fault.when == when:
        await sleep(fault.seconds)
        if fault.hold:
            await world.go_on.acquire()


def _refused_by_fault(world: World, payload: Payload, faults: dict[FaultKind, Fault]) -> Response | None:
    if FaultKind.CUT in faults:
        world.record_send(payload, None)
        return Cut()
    fault = faults.get(FaultKind.LIMIT)
    if fault and not _has_room(world, fault):
        world.record_send(payload, None, fault.code)
        return error_answer(fault.code, http_status=fault.http_status, headers=fault.headers)
    if fault := faults.get(FaultKind.ERROR):
        world.record_send(payload, None, fault.code)
        return error_answer(fault.code, http_status=fault.http_status, headers=fault.headers)
    fault = faults.get(FaultKind.ANSWER)
    if fault and not fault.accept:
        world.record_send(payload, None)
        return _raw(fault)
    return None


def _has_room(world: World, limit: Fault) -> bool:
    """Whether fewer than `per_second` of those meant were accepted within the last second."""
    since, accepted = world.now() - 1, 0
    for send in reversed(world.sends):
        if send.at <= since:
            break
        accepted += send.wamid is not None and limit.concerns(send.payload)
    return accepted < limit.per_second


def _raw(fault: Fault) -> Response:
    return Response(fault.body, fault.http_status or 200, fault.headers, fault.content_type)


def _accept(world: World, payload: Payload) -> ChatMessage:
    """The moment it counts as sent: on the phone and in the oracle."""
    kind = str(payload.get("type", "text"))
    opaque = payload.get("biz_opaque_callback_data")
    message = ChatMessage(
        world.new_wamid(),
        _addressee(world, payload),
        "out",
        kind,
        payload[kind],
        world.now(),
        status="accepted",
        reply_to=(payload.get("context") or {}).get("message_id"),
        opaque=None if opaque is None else str(opaque),
        sent_to_phone=bool(payload.get("to")),
    )
    world.record_send(payload, message.id)
    return message


def _addressee(world: World, payload: Payload) -> Customer:
    """The person meant; somebody unknown gets a stand-in who is on no phone."""
    address = str(payload.get("to") or payload.get("recipient"))
    digits = "".join(filter(str.isdigit, address))
    stranger = Customer("", bsuid(0), digits) if payload.get("to") else Customer("", address)
    return world.addressee(digits if payload.get("to") else address) or stranger


async def _follow(
    world: World, message: ChatMessage, payload: Payload, faults: dict[FaultKind, Fault]
) -> None:
    """Start what happens after acceptance; wait for it only when a fault wants statuses first."""
    if code := _fails_with(world, message, faults):
        world.messages[message.id] = message  # a test may still report "delivered": several devices
        world.background.spawn(statuses.fail(world, message, code))
        return
    _show(world, message)
    task = world.background.spawn(statuses.follow(world, message, faults))
    order = faults.get(FaultKind.STATUSES)
    if order and order.first:
        await task
        await world.background.until(lambda: world.courier.settled(message.id), within_seconds=10)


def _fails_with(world: World, message: ChatMessage, faults: dict[FaultKind, Fault]) -> int | None:
    if fault := faults.get(FaultKind.FAILED):
        return fault.code
    if message.customer.key not in world.customers:
        return NOT_ON_WHATSAPP
    if message.type != "template" and not world.window_is_open(message.customer):
        return WINDOW_CLOSED
    return None


def _show(world: World, message: ChatMessage) -> None:
    """Put it on the phone: a bubble, or a reaction on one. The typing dots go away."""
    world.typing_until.pop(message.customer.key, None)
    if message.type != "reaction":
        world.place(message)
        return
    world.messages[message.id] = message
    if target := world.messages.get(str(message.content["message_id"])):
        target.reactions.pop("business", None)
        if message.content["emoji"]:
            target.reactions["business"] = message.content["emoji"]


def _answer(payload: Payload, message: ChatMessage, faults: dict[FaultKind, Fault]) -> Response:
    accepted = _accepted_body(payload, message)
    if fault := faults.get(FaultKind.DROP):
        return Cut(JSONResponse(accepted), fault.after_bytes)
    if fault := faults.get(FaultKind.ANSWER):
        return _raw(fault)
    if fault := faults.get(FaultKind.DRIP):
        return drip(dumps(accepted).encode(), fault.seconds)
    return JSONResponse(accepted)


def _accepted_body(payload: Payload, message: ChatMessage) -> Payload:
    who: Payload = {"input": payload.get("to") or payload.get("recipient")}
    if message.customer.wa_id:
        who["wa_id"] = message.customer.wa_id
    if not payload.get("to"):
        who["user_id"] = message.customer.user_id
    told: Payload = {"id": message.id}
    if message.type == "template":
        told["message_status"] = "accepted"
    return {"messaging_product": "whatsapp", "contacts": [who], "messages": [told]}


def receipt(world: World, payload: Payload) -> Payload:
    """Blue ticks on the customer's phone up to this message, and the typing dots if asked for.

    Raises GraphRefusal when no customer wrote it.
    """
    message = world.messages.get(str(payload.get("message_id")))
    if message is None or message.direction != "in":
        raise GraphRefusal(131009, "The message_id was not found.")
    for one in world.chat(message.customer):
        if one.direction == "in":
            one.status = "read"
        if one is message:
            break
    if payload.get("typing_indicator"):
        if payload["typing_indicator"] != {"type": "text"}:
            raise GraphRefusal(100, "Param typing_indicator.type must be text.")
        world.show_typing(message.customer)
    world.background.ring()
    return {"success": True}
