"""The invented shop's own system, for connectors to ask in development: where an order is, and asking for an exchange."""

from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from app.simulator.world import World

_ORDERS: dict[str, dict[str, Any]] = {
    "1001": {
        "status": "a caminho",
        "previsao": "amanhã",
        "itens": [{"nome": "Vaso de barro", "preco": "R$ 55,50"}],
    },
    "1002": {"status": "entregue", "previsao": None, "itens": [{"nome": "Prato raso", "preco": "R$ 18,00"}]},
}


def orders_routes(world: World) -> list[Route]:
    async def order(request: Request) -> Response:
        world.shop_asked.append(_told(request, None))
        number = request.path_params["number"]
        if number not in _ORDERS:
            return JSONResponse({"erro": "pedido desconhecido"}, 404)
        return JSONResponse({"simulado": True, "pedido": number, **_ORDERS[number]})

    async def exchanges(request: Request) -> Response:
        """Asking twice under one key makes one exchange, as at real shops."""
        body, key = await request.json(), request.headers.get("idempotency-key", "")
        world.shop_asked.append(_told(request, body))
        if world.shop_waits:
            await _gone(request)
        place = world.exchanges.setdefault(key or f"without {len(world.exchanges)}", len(world.exchanges) + 1)
        return JSONResponse({"simulado": True, "troca": place, "pedido": body.get("pedido")}, 201)

    return [
        Route("/shop/orders/{number}", order, methods=["GET"]),
        Route("/shop/exchanges", exchanges, methods=["POST"]),
    ]


async def _gone(request: Request) -> None:
    """Until whoever asked has had enough."""
    while (await request.receive())["type"] != "http.disconnect":
        pass


def _told(request: Request, body: Any) -> dict[str, Any]:
    return {
        "path": request.scope["raw_path"].decode().partition("?")[0],
        "query": dict(request.query_params),
        "headers": dict(request.headers),
        "body": body,
    }
