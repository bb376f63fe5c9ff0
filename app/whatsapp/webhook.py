"""Meta's door: 200 leaves only after the commit, and nothing is asked of the network before it."""

import asyncio
import hmac
import logging
from collections.abc import Mapping

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from app.boundaries import Boundary, passed
from app.db import is_outage
from app.middleware import WEBHOOK
from app.settings import Settings
from app.whatsapp.intake import Intake, QueueFull
from app.whatsapp.signature import is_signed

log = logging.getLogger(__name__)

LARGEST_BODY = 4 * 1024 * 1024  # bytes; Meta's own limit is 3 MB
MOST_BEING_READ = 64 * 1024 * 1024  # bytes of bodies that come in pieces, all together
LONGEST_STORING_SECONDS = (
    15.0  # Meta gives up at 20; what is stored after our 503 is known when it comes again
)
SLOWEST_BODY_SECONDS = 10.0  # from the first look to the last byte; who drips holds a connection and memory


class TooLarge(Exception):
    """The body is longer than Meta ever sends."""


class HungUp(Exception):
    """Whoever posted is gone before the body was whole."""


async def verify(request: Request) -> Response:
    """`GET`: Meta asks whether this address is ours. The challenge goes back when it knows our token."""
    settings: Settings = request.app.state.settings
    expected = settings.whatsapp_verify_token.get_secret_value()
    given = request.query_params.get("hub.verify_token", "")
    is_ours = bool(expected) and hmac.compare_digest(given.encode("utf-8", "replace"), expected.encode())
    if request.query_params.get("hub.mode") != "subscribe" or not is_ours:
        return PlainTextResponse("the verify token is not ours", status_code=403)
    return PlainTextResponse(request.query_params.get("hub.challenge", ""))


class Door:
    """`POST`: 200 once durable, 401 for a bad signature, 408 after 10 s of dripping, 413 above 4 MiB, 503 when it could
    not be stored.

    Bare ASGI, since every message comes through it: a Request and its Response cost as much as storing one.
    """

    def __init__(self, headers: Mapping[str, str] | None = None) -> None:
        """`headers`: what every answer carries."""
        self.headers = [(name.lower().encode(), value.encode()) for name, value in (headers or {}).items()]
        self.being_read = 0  # bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            status, words = await self.take(scope, receive)
        except HungUp:
            return
        headers = [*headers_of(status, words), *self.headers]
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": words})
        passed(Boundary.ANSWERED)
        await receive()  # uvicorn says "disconnected" once the answer has left, or the peer hung up
        passed(Boundary.CONNECTION_CLOSED)

    async def take(self, scope: Scope, receive: Receive) -> tuple[int, bytes]:
        """The status of the answer and its words. Raises HungUp."""
        given = dict(scope["headers"])
        try:
            async with asyncio.timeout(SLOWEST_BODY_SECONDS):
                body = await self.read(given.get(b"content-length", b""), receive)
        except TooLarge:
            return 413, b"larger than 4 MiB"
        except TimeoutError:
            return 408, b"too slow"
        except QueueFull:
            log.warning("a webhook was refused: too many are being read", extra={"bytes": self.being_read})
            return NOT_STORED
        passed(Boundary.BODY_READ)
        state = scope["app"].state
        if not is_from_meta(given, body, state.settings):
            log.warning("a webhook with a wrong signature was refused", extra={"bytes": len(body)})
            return 401, b"the signature is wrong"
        passed(Boundary.SIGNATURE_RIGHT)
        return await self.store(state.intake, body)

    async def store(self, intake: Intake, body: bytes) -> tuple[int, bytes]:
        try:
            async with asyncio.timeout(LONGEST_STORING_SECONDS):
                await intake.take(body)
        except QueueFull:
            log.warning("a webhook was refused: too many wait", extra={"waiting": intake.waiting})
            return NOT_STORED
        except Exception as fault:
            log.error(
                "a webhook could not be stored",
                extra={"fault": type(fault).__name__},
                exc_info=not is_outage(fault),
            )
            return NOT_STORED
        return 200, b""

    async def read(self, announced: bytes, receive: Receive) -> bytes:
        """The raw bytes, counted while they come. Raises TooLarge, HungUp, and QueueFull while too much is being read."""
        if announced.isdigit() and int(announced[:20]) > LARGEST_BODY:
            raise TooLarge
        message = await receive()
        if message["type"] == "http.request" and not message.get("more_body"):
            return whole(message.get("body", b""))
        parts, length = [], 0
        try:
            while True:
                if message["type"] != "http.request":
                    raise HungUp
                parts.append(message.get("body", b""))
                length += len(parts[-1])
                self.being_read += len(parts[-1])
                if length > LARGEST_BODY:
                    raise TooLarge
                if self.being_read > MOST_BEING_READ:
                    raise QueueFull
                if not message.get("more_body"):
                    return b"".join(parts)
                message = await receive()
        finally:
            self.being_read -= length


NOT_STORED = 503, b"not stored; send it again"


class StraightToTheWebhook:
    """Brings Meta's events to their door before everything that pages need: sessions, packing, limits.

    Nothing that is put between the server and the pages can slow them down or turn them away.
    """

    def __init__(self, app: ASGIApp, headers: Mapping[str, str]) -> None:
        self.app = app
        self.door = Door(headers)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["path"] == WEBHOOK and scope["method"] == "POST":
            return await self.door(scope, receive, send)
        await self.app(scope, receive, send)


def whole(body: bytes) -> bytes:
    if len(body) > LARGEST_BODY:
        raise TooLarge
    return body


def is_from_meta(given: Mapping[bytes, bytes], body: bytes, settings: Settings) -> bool:
    secrets = [secret.get_secret_value() for secret in settings.whatsapp_app_secret]
    signature = given.get(b"x-hub-signature-256", b"").decode("latin-1")
    return is_signed(signature, body, secrets)


def headers_of(status: int, words: bytes) -> list[tuple[bytes, bytes]]:
    own = [(b"content-type", b"text/plain; charset=utf-8"), (b"content-length", b"%d" % len(words))]
    more = {503: (b"retry-after", b"5"), 408: (b"connection", b"close")}
    return [*own, more[status]] if status in more else own
