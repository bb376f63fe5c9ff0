"""WhatsApp's Graph API: the doors that the business calls."""

from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from app.simulator.block_list import block, blocked_users, unblock
from app.simulator.faults import FaultKind
from app.simulator.graph_doors import door, no_such_object, read_json, require_number
from app.simulator.graph_errors import GraphRefusal
from app.simulator.graph_files import describe, download, remove, upload
from app.simulator.sending import receipt, send
from app.simulator.world import World


async def messages(world: World, request: Request) -> Response:
    """Sends, read receipts and the typing indicator share this address."""
    require_number(world, request)
    payload = await read_json(request)
    if payload.get("status") == "read":
        return JSONResponse(receipt(world, payload))
    return await send(world, payload, request.path_params["owner"])


async def look_up(world: World, request: Request) -> Response:
    """The number, the business account, or a file: whatever has this id."""
    wanted = request.path_params["owner"]
    if wanted == world.config.phone_number_id:
        return JSONResponse(_number(world))
    if wanted == world.config.business_account_id:
        return JSONResponse({"id": wanted, "name": "Loja Inventada", "currency": "BRL"})
    return describe(world, wanted)


def _number(world: World) -> dict[str, Any]:
    return {
        "id": world.config.phone_number_id,
        "verified_name": "Loja Inventada",
        "display_phone_number": world.config.display_phone_number,
        "quality_rating": "GREEN",
        "platform_type": "CLOUD_API",
        "code_verification_status": "VERIFIED",
        "throughput": {"level": "STANDARD"},
        "is_on_biz_app": False,
    }


async def numbers(world: World, request: Request) -> Response:
    """The phone numbers of the account: ours alone."""
    _require_account(world, request)
    return JSONResponse({"data": [_number(world)]})


async def subscribe(world: World, request: Request) -> Response:
    _require_account(world, request)
    world.is_subscribed = True
    return JSONResponse({"success": True})


async def unsubscribe(world: World, request: Request) -> Response:
    _require_account(world, request)
    world.is_subscribed = False
    return JSONResponse({"success": True})


async def subscribed_apps(world: World, request: Request) -> Response:
    """Which apps get the account's webhooks."""
    _require_account(world, request)
    app = {"id": "300000000000001", "name": "Recado", "link": "https://example.com/"}
    return JSONResponse({"data": [{"whatsapp_business_api_data": app}] if world.is_subscribed else []})


async def message_templates(world: World, request: Request) -> Response:
    """The account's templates, a page at a time."""
    _require_account(world, request)
    if fault := world.faults.take(FaultKind.LIST):
        raise GraphRefusal(fault.code, "The templates are not listed.")
    asked = request.query_params
    limit = int(asked["limit"]) if asked.get("limit", "").isdigit() else 25
    address = str(request.url.replace(query=""))
    return JSONResponse(world.templates.page(limit, asked.get("after", ""), address))


def _require_account(world: World, request: Request) -> None:
    if request.path_params["owner"] != world.config.business_account_id:
        raise no_such_object(request.path_params["owner"])


def graph_routes(world: World) -> list[Route]:
    """Everything under `/{version}/`."""
    return [
        Route("/{version}/{owner}/messages", door(world, messages), methods=["POST"]),
        Route("/{version}/{owner}/block_users", door(world, blocked_users), methods=["GET"]),
        Route("/{version}/{owner}/block_users", door(world, block), methods=["POST"]),
        Route("/{version}/{owner}/block_users", door(world, unblock), methods=["DELETE"]),
        Route("/{version}/{owner}/media", door(world, upload), methods=["POST"]),
        Route("/{version}/{owner}/message_templates", door(world, message_templates)),
        Route("/{version}/{owner}/phone_numbers", door(world, numbers)),
        Route("/{version}/{owner}/subscribed_apps", door(world, subscribed_apps), methods=["GET"]),
        Route("/{version}/{owner}/subscribed_apps", door(world, subscribe), methods=["POST"]),
        Route("/{version}/{owner}/subscribed_apps", door(world, unsubscribe), methods=["DELETE"]),
        Route("/files/whatsapp/{media_id}", door(world, download)),
        Route("/{version}/{owner}", door(world, look_up)),
        Route("/{version}/{owner}", door(world, remove), methods=["DELETE"]),
    ]
