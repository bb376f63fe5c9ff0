"""Claude's Messages API: the doors that the business calls."""

import json
from asyncio import Event, sleep
from hashlib import sha256
from json import JSONDecodeError
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from app.simulator.brain import answer, last_words
from app.simulator.claude_files import MOST_BODY, TOKENS_OF_A_FILE, BadRequest, without_files
from app.simulator.claude_frames import CutHere, Stream, error_body, new_id, whole_message
from app.simulator.claude_models import MODELS
from app.simulator.claude_rules import blocks, check
from app.simulator.claude_stage import Asked, Reply
from app.simulator.cutting import Cut
from app.simulator.world import World

_ERROR_TYPES = {
    400: "invalid_request_error",
    401: "authentication_error",
    402: "billing_error",
    403: "permission_error",
    404: "not_found_error",
    413: "request_too_large",
    429: "rate_limit_error",
    500: "api_error",
    529: "overloaded_error",
}


VERTEX = "/projects/{project}/locations/{region}/publishers/anthropic/models/{model}"


def claude_routes(world: World) -> list[Route]:
    """Everything under `/v1/`."""

    async def messages(request: Request) -> Response:
        body, problem = await _read(request)
        if problem:
            return problem
        asked = _record(world, request, body)
        try:
            check(body)
        except BadRequest as wrong:
            asked.outcome, asked.http_status = "error", 400
            return _error(400, str(wrong))
        return await _reply(world, asked)

    async def count_tokens(request: Request) -> Response:
        body, problem = await _read(request)
        try:
            check(body, counting=True)
        except BadRequest as wrong:
            return problem or _error(400, str(wrong))
        return problem or JSONResponse({"input_tokens": _size(body)})

    async def models(request: Request) -> Response:
        first, last = MODELS[0]["id"], MODELS[-1]["id"]
        return _missing_key(request) or JSONResponse(
            {"data": MODELS, "has_more": False, "first_id": first, "last_id": last}
        )

    async def model(request: Request) -> Response:
        found = [one for one in MODELS if one["id"] == request.path_params["model"]]
        return _missing_key(request) or (JSONResponse(found[0]) if found else _error(404, "model not found"))

    async def vertex(request: Request) -> Response:
        """The same on Google's Vertex AI: the model and whether to stream stand in the address."""
        body, problem = await _read(request, needs_version=False)
        if problem:
            return problem
        model, _, verb = request.path_params["model"].rpartition(":")
        if body.pop("anthropic_version", None) != "2026-10-21":
            return _error(400, "anthropic_version: Field required")
        if "model" in body or body.get("stream", False) != (verb == "streamRawPredict"):
            return _error(400, "model: Extra inputs are not permitted")
        asked = _record(world, request, body | {"model": model})
        try:
            check(asked.body)
        except BadRequest as wrong:
            asked.outcome, asked.http_status = "error", 400
            return _error(400, str(wrong))
        return await _reply(world, asked)

    return [
        Route(VERTEX, vertex, methods=["POST"]),
        Route("/v1/messages", messages, methods=["POST"]),
        Route("/v1/messages/count_tokens", count_tokens, methods=["POST"]),
        Route("/v1/models", models),
        Route("/v1/models/{model}", model),
    ]


async def _read(request: Request, *, needs_version: bool = True) -> tuple[dict[str, Any], Response | None]:
    """The body, and the answer that ends the matter when there is something wrong with the request."""
    if missing := _missing_key(request):
        return {}, missing
    if needs_version and "anthropic-version" not in request.headers:
        return {}, _error(400, "anthropic-version: header is required")
    if len(await request.body()) > MOST_BODY:
        return {}, _error(413, "Request exceeds the maximum size")
    try:
        body = await request.json()
    except (JSONDecodeError, UnicodeDecodeError):
        return {}, _error(400, "The request body is not valid JSON.")
    return (body, None) if isinstance(body, dict) else ({}, _error(400, "The request body is not an object."))


def _missing_key(request: Request) -> Response | None:
    key = request.headers.get("authorization", "").removeprefix("Bearer ") or request.headers.get("x-api-key")
    return None if key else _error(401, "x-api-key header is required")


def _record(world: World, request: Request, body: dict[str, Any]) -> Asked:
    kept = {
        name: value
        for name, value in request.headers.items()
        if name.startswith(("anthropic-", "x-stainless-retry"))
    }
    asked = Asked(len(world.claude.asked) + 1, world.now(), body, kept)
    world.claude.asked.append(asked)
    world.background.ring()
    return asked


async def _reply(world: World, asked: Asked) -> Response:
    script = world.claude.next_script(last_words(asked.body))
    reply = script or answer(asked.body, world.config.typing_pause_seconds)
    if reply.delay:
        await sleep(reply.delay)
    if reply.http_status != 200:
        return _failure(asked, reply)
    usage = _usage(world, asked.body)
    if asked.body.get("stream"):
        return _ClaudeStream(world, asked, Stream(reply, asked, asked.body["model"], usage, world.go_on))
    return _at_once(asked, reply, usage)


def _failure(asked: Asked, reply: Reply) -> Response:
    asked.outcome, asked.http_status, asked.request_id = "error", reply.http_status, new_id("req")
    return _error(reply.http_status, "Scripted failure", reply, request_id=asked.request_id)


def _at_once(asked: Asked, reply: Reply, usage: dict[str, Any]) -> Response:
    try:
        message = whole_message(reply, asked, usage)
    except CutHere:
        asked.outcome = "cut"
        return Cut()
    asked.outcome, asked.request_id = "finished", new_id("req")
    asked.bill(message["usage"])
    return JSONResponse(message, headers={"request-id": asked.request_id})


class _ClaudeStream(StreamingResponse):
    """The event stream; notes how it ended, so that a test sees whether stopping really stopped it."""

    def __init__(self, world: World, asked: Asked, stream: Stream) -> None:
        asked.request_id = new_id("req")
        headers = {"request-id": asked.request_id, "cache-control": "no-cache"}
        super().__init__(stream.records(), media_type="text/event-stream", headers=headers)
        self._world, self._asked = world, asked

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self._transport = scope["state"]["transport"]
        try:
            await super().__call__(scope, receive, send)
        finally:
            self._settle("disconnected")

    async def stream_response(self, send: Send) -> None:
        try:
            await super().stream_response(send)
            self._settle("finished")
        except CutHere:
            self._settle("cut")
            self._transport.close()
            await Event().wait()  # until the disconnect is noticed, which ends this

    def _settle(self, outcome: str) -> None:
        if self._asked.outcome == "running":
            self._asked.outcome = outcome
            self._world.background.ring()


def _usage(world: World, body: dict[str, Any]) -> dict[str, Any]:
    """Input tokens; what stands up to a mark was written into the cache, or read from there as far as it is known."""
    total, marked = _size(body), _up_to_marks(body)
    digests = [sha256(prefix.encode()).hexdigest() for prefix in marked]
    known = [prefix for prefix, digest in zip(marked, digests, strict=True) if digest in world.claude.cached]
    world.claude.cached.update(digests)
    fixed, read = (len(prefixes[-1]) // 4 if prefixes else 0 for prefixes in (marked, known))
    written = fixed - read
    lasts_1h = bool(marked) and '"ttl": "1h"' in marked[-1]
    return {
        "input_tokens": max(1, total - fixed),
        "cache_creation_input_tokens": written,
        "cache_creation": {
            "ephemeral_5m_input_tokens": 0 if lasts_1h else written,
            "ephemeral_1h_input_tokens": written if lasts_1h else 0,
        },
        "cache_read_input_tokens": read,
    }


def _up_to_marks(body: dict[str, Any]) -> list[str]:
    """What is cached: tools, system prompt and turns up to each mark, the longest last."""
    before = json.dumps([body.get("tools"), body.get("system")])
    found = [before] if "cache_control" in body or "cache_control" in before else []
    for message in body["messages"]:
        for block in blocks(message):
            before += json.dumps(block)
            found += [before] if "cache_control" in block else []
    return found


def _size(body: dict[str, Any]) -> int:
    """Tokens, counted roughly: four characters each, and so many for a file."""
    bare, files = without_files(body)
    read = json.dumps([bare.get("tools"), bare.get("system"), bare.get("messages")])
    return 1 + len(read) // 4 + files * TOKENS_OF_A_FILE


def _error(status: int, message: str, reply: Reply | None = None, *, request_id: str = "") -> Response:
    kind = (reply and reply.error_type) or _ERROR_TYPES.get(status, "api_error")
    request_id = request_id or new_id("req")
    body = error_body(kind, message, code=reply.error_code if reply else "", request_id=request_id)
    headers = {"request-id": request_id, **(reply.headers if reply else {})}
    return JSONResponse(body, status_code=status, headers=headers)
