"""Meta's door: 200 leaves only after the commit, and nothing is asked of the network before it."""

import hmac
import logging

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from app.db import is_outage
from app.settings import Settings
from app.whatsapp.intake import Intake, QueueFull
from app.whatsapp.signature import is_signed

log = logging.getLogger(__name__)

LARGEST_BODY = 4 * 1024 * 1024  # bytes; Meta's own limit is 3 MB


class TooLarge(Exception):
    """The body is longer than Meta ever sends."""


async def verify(request: Request) -> Response:
    """`GET`: Meta asks whether this address is ours. The challenge goes back when it knows our token."""
    settings: Settings = request.app.state.settings
    expected = settings.whatsapp_verify_token.get_secret_value()
    given = request.query_params.get("hub.verify_token", "")
    is_ours = bool(expected) and hmac.compare_digest(given.encode("utf-8", "replace"), expected.encode())
    if request.query_params.get("hub.mode") != "subscribe" or not is_ours:
        return PlainTextResponse("the verify token is not ours", status_code=403)
    return PlainTextResponse(request.query_params.get("hub.challenge", ""))


async def receive(request: Request) -> Response:
    """`POST`: 200 once durable, 401 for a bad signature, 413 above 4 MiB, 503 when it could not be stored."""
    try:
        body = await read(request)
    except TooLarge:
        return PlainTextResponse("larger than 4 MiB", status_code=413)
    settings: Settings = request.app.state.settings
    secrets = [secret.get_secret_value() for secret in settings.whatsapp_app_secret]
    if not is_signed(request.headers.get("x-hub-signature-256"), body, secrets):
        log.warning("a webhook with a wrong signature was refused", extra={"bytes": len(body)})
        return PlainTextResponse("the signature is wrong", status_code=401)
    intake: Intake = request.app.state.intake
    try:
        await intake.take(body)
    except QueueFull:
        log.warning("a webhook was refused: too many wait", extra={"waiting": intake.waiting})
        return not_stored()
    except Exception as fault:
        log.error(
            "a webhook could not be stored",
            extra={"fault": type(fault).__name__},
            exc_info=not is_outage(fault),
        )
        return not_stored()
    return PlainTextResponse("")


def not_stored() -> Response:
    return PlainTextResponse("not stored; send it again", status_code=503, headers={"Retry-After": "5"})


async def read(request: Request) -> bytes:
    """The raw bytes, counted while they come."""
    declared = request.headers.get("content-length", "")
    if declared.isdigit() and int(declared) > LARGEST_BODY:
        raise TooLarge
    body = bytearray()
    async for part in request.stream():
        body += part
        if len(body) > LARGEST_BODY:
            raise TooLarge
    return bytes(body)
