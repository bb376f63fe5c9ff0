"""The customers whom a number of the business has blocked, and the doors that change and tell it."""

from collections.abc import Callable
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from app.simulator.cutting import Cut
from app.simulator.faults import FaultKind
from app.simulator.graph_doors import read_json, require_number
from app.simulator.graph_errors import GraphRefusal, error_body
from app.simulator.people import Customer
from app.simulator.world import World

MOST_AT_ONCE, MOST_BLOCKED = 1000, 64_000
FAILED, LIST_FULL = 139100, 139101
TOO_MANY, OWN_NUMBER, HAS_NOT_WRITTEN = 130429, 131021, 131047
DETAILS = {
    HAS_NOT_WRITTEN: "User has not messaged in the last 24 hours",
    OWN_NUMBER: "Failed to block self phone number",
    LIST_FULL: "The blocklist has reached its limit",
}

Entry = dict[str, Any]


async def block(world: World, request: Request) -> Response:
    return await _change(world, request, "added_users", _block)


async def unblock(world: World, request: Request) -> Response:
    return await _change(world, request, "removed_users", _unblock)


async def blocked_users(world: World, request: Request) -> Response:
    """Who is blocked, a page at a time."""
    require_number(world, request)
    number, asked = request.path_params["owner"], request.query_params
    everybody = [one for one in world.customers.values() if number in one.blocked_by]
    limit = int(asked["limit"]) if asked.get("limit", "").isdigit() else 25
    begin = int(asked["after"]) if asked.get("after", "").isdigit() else 0
    shown = everybody[begin : begin + limit]
    paging: Entry = {"cursors": {"before": str(begin), "after": str(begin + len(shown))}} if shown else {}
    if begin + limit < len(everybody):
        paging["next"] = f"{request.url.replace(query='')}?limit={limit}&after={begin + limit}"
    return JSONResponse(
        {"data": [{"messaging_product": "whatsapp"} | _names(one) for one in shown], "paging": paging}
    )


async def _change(
    world: World, request: Request, done: str, act: Callable[[World, str, Entry], int | None]
) -> Response:
    """Each customer has a result of their own; one that failed makes the whole answer an error."""
    require_number(world, request)
    number, wished = request.path_params["owner"], _wished(await read_json(request))
    fault = world.faults.take(FaultKind.BLOCK)
    if fault and fault.how == "cut":
        return Cut()
    if fault and not fault.how:
        codes: list[int | None] = [fault.code for _ in wished]
    else:
        codes = [act(world, number, one) for one in wished]
    if fault and fault.how == "lost":
        return Cut()
    world.background.ring()
    return _told(world, done, list(zip(wished, codes, strict=True)))


def _wished(payload: dict[str, Any]) -> list[Entry]:
    if payload.get("messaging_product") != "whatsapp":
        raise GraphRefusal(100, "The parameter messaging_product is required.")
    wished = payload.get("block_users")
    if not isinstance(wished, list) or not wished or not all(isinstance(one, dict) for one in wished):
        raise GraphRefusal(100, "The parameter block_users is required.")
    if not all(isinstance(one.get("user") or one.get("user_id"), str) for one in wished):
        raise GraphRefusal(100, "Each of block_users must have a user or a user_id.")
    if len(wished) > MOST_AT_ONCE:
        raise GraphRefusal(TOO_MANY, "Too many users in one request.")
    return wished


def _address(entry: Entry) -> str:
    return str(entry.get("user") or entry.get("user_id"))


def _block(world: World, number: str, entry: Entry) -> int | None:
    """The code of what is refused; None when they are blocked."""
    customer = world.addressee(_address(entry))
    if _address(entry).removeprefix("+") == world.config.business_digits:
        return OWN_NUMBER
    if customer is None or not world.window_is_open(customer):
        return HAS_NOT_WRITTEN
    if sum(number in one.blocked_by for one in world.customers.values()) >= MOST_BLOCKED:
        return LIST_FULL
    if number not in customer.blocked_by:
        customer.blocked_by.append(number)
    return None


def _unblock(world: World, number: str, entry: Entry) -> int | None:
    customer = world.addressee(_address(entry))
    if customer is None:
        return HAS_NOT_WRITTEN
    if number in customer.blocked_by:
        customer.blocked_by.remove(number)
    return None


def _names(customer: Customer) -> Entry:
    return {"wa_id": customer.wa_id} if customer.wa_id else {"user_id": customer.user_id}


def _told(world: World, done: str, results: list[tuple[Entry, int | None]]) -> JSONResponse:
    lists: dict[str, list[Entry]] = {}
    for entry, code in results:
        customer = world.addressee(_address(entry))
        told = {"input": _address(entry)} | (_names(customer) if customer else {})
        if code is None:
            lists.setdefault(done, []).append(told)
        else:
            error = error_body(code, DETAILS.get(code, ""))
            reason = {name: error[name] for name in ("message", "code", "error_data")}
            lists.setdefault("failed_users", []).append(told | {"errors": [reason]})
    answer: Entry = {"messaging_product": "whatsapp", "block_users": lists}
    if "failed_users" not in lists:
        return JSONResponse(answer)
    details = "Failed to block some users, see the block_users response list for details"
    return JSONResponse(answer | {"error": error_body(FAILED, details)}, 400)
