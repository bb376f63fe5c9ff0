"""A server of embeddings as OpenAI shaped it: texts that share words point the same way."""

from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from app.simulator.world import World

_MOST_TEXTS = 2048


def embeddings_routes(world: World) -> list[Route]:
    async def embeddings(request: Request) -> Response:
        stage, body = world.embeddings, await request.json()
        stage.asked.append(body)
        stage.keys.append(request.headers.get("authorization", ""))
        if stage.answers:
            answer = stage.answers.pop(0)
            if isinstance(answer, int):
                return JSONResponse({"error": {"message": "Scripted failure"}}, answer)
            return JSONResponse(answer)
        if wrong := _wrong(body):
            return JSONResponse({"error": {"message": wrong, "type": "invalid_request_error"}}, 400)
        data = [
            {"object": "embedding", "index": place, "embedding": stage.vector(text)}
            for place, text in enumerate(body["input"])
        ]
        # Nobody promised an order: each says its place.
        return JSONResponse({"object": "list", "model": body["model"], "data": data[::-1]})

    return [Route("/v1/embeddings", embeddings, methods=["POST"])]


def _wrong(body: Any) -> str:
    texts = body.get("input")
    if not isinstance(body.get("model"), str) or not body["model"]:
        return "model is required"
    if not isinstance(texts, list) or not 0 < len(texts) <= _MOST_TEXTS:
        return "input must be an array of 1 to 2048 strings"
    return "" if all(isinstance(one, str) and one for one in texts) else "input cannot be an empty string"
