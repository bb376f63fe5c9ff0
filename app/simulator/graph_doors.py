"""What every Graph door does first: check the token; and last: turn a refusal into its JSON."""

import hmac
from collections.abc import Awaitable, Callable
from json import JSONDecodeError
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from app.simulator.graph_errors import GraphRefusal, error_answer
from app.simulator.world import World

Verb = Callable[[World, Request], Awaitable[Response]]
Door = Callable[[Request], Awaitable[Response]]


def door(world: World, verb: Verb) -> Door:
    """An endpoint that runs `verb` for whoever has the token."""

    async def answer(request: Request) -> Response:
        try:
            _authorize(world, request)
            return await verb(world, request)
        except GraphRefusal as refusal:
            return error_answer(refusal.code, refusal.details, subcode=refusal.subcode)

    return answer


def _authorize(world: World, request: Request) -> None:
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not hmac.compare_digest(
        token.encode(), world.config.access_token.encode()
    ):
        raise GraphRefusal(190, "Invalid OAuth access token - Cannot parse access token")


async def read_json(request: Request) -> dict[str, Any]:
    """The body as an object; raises GraphRefusal when it is none."""
    try:
        body = await request.json()
    except (JSONDecodeError, UnicodeDecodeError) as error:
        raise GraphRefusal(100, "The request body is not JSON.") from error
    if not isinstance(body, dict):
        raise GraphRefusal(100, "The request body is not an object.")
    return body


def require_number(world: World, request: Request) -> None:
    """Raises GraphRefusal unless the path names a phone number of ours."""
    ours = (world.config.phone_number_id, *world.config.more_phone_number_ids)
    if request.path_params["owner"] not in ours:
        raise no_such_object(request.path_params["owner"])


def no_such_object(object_id: str) -> GraphRefusal:
    return GraphRefusal(
        100,
        f"Object with ID '{object_id}' does not exist, or cannot be loaded due to missing permissions.",
        33,
    )
