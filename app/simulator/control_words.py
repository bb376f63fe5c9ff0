"""How the control doors read their wishes."""

from typing import Any

from starlette.requests import Request

Wish = dict[str, Any]
Answer = dict[str, Any]


async def wishes(request: Request) -> Wish:
    """Query, JSON body and path together, the path winning. Raises ValueError when the body is no object."""
    body: Any = await request.json() if await request.body() else {}
    if not isinstance(body, dict):
        raise ValueError("the body must be an object")
    return {**request.query_params, **body, **request.path_params}
