"""What every answer carries and how large a request may be. Pure ASGI: streams flow untouched."""

import asyncio
import re

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.errors import AppError
from app.i18n import N_, _
from app.settings import Settings

MEBIBYTE = 1024 * 1024
LARGEST_BODY = MEBIBYTE
SLOWEST_BODY_SECONDS = 60.0  # a MiB over a telephone's worst line; the webhook has its own 10 s
LARGEST_UPLOAD = 110 * MEBIBYTE  # WhatsApp takes documents of 100 MB
SLOWEST_UPLOAD_SECONDS = 30 * 60.0
UPLOADS = re.compile(  # the doors that take files
    r"/c/[0-9]{1,18}/(messages|templates/[0-9]{1,18})|/knowledge/import"
)
WEBHOOK = "/webhooks/whatsapp"  # reads its own body, up to 4 MiB

# The emoji picker brings one <style>, named by its hash (tests/browser/test_emoji.py says when an update changes it), and
# places its columns by style attributes.
PICKERS_STYLE = "sha256-rg2BpwZ4T9EADaas/dlxn0KsISPDXXIabE9pnJ++3UQ="
HEADERS = {
    "Content-Security-Policy": "default-src 'self'; img-src 'self' data: blob:; media-src 'self' blob:; object-src 'none'; "
    f"style-src 'self' '{PICKERS_STYLE}'; style-src-attr 'unsafe-inline'; "
    "base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(self), payment=(), usb=()",
}
NOT_KEPT = {
    "Cache-Control": "no-store"
}  # pages are private: after signing out, "back" must ask the server again
STRICT_TRANSPORT = "max-age=31536000"


def security_headers(settings: Settings) -> dict[str, str]:
    return HEADERS | ({"Strict-Transport-Security": STRICT_TRANSPORT} if settings.is_https else {})


class BodyTooLarge(AppError):
    status = 413
    code = "too-large"
    words = N_("This is too large to send.")


class BodyTooSlow(AppError):
    status = 408
    code = "too-slow"
    words = N_("This took too long to arrive. Try again.")


class SecurityHeaders:
    """What a browser may do with our answers. A door that sets one of these headers itself keeps its own."""

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self.app = app
        self.headers = security_headers(settings)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return await self.app(scope, receive, send)
        extra = {} if scope["path"].startswith("/static/") else NOT_KEPT

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in (self.headers | extra).items():
                    headers.setdefault(name, value)
            await send(message)

        await self.app(scope, receive, send_with_headers)


class BodyCap:
    """Answers 413 to a body above 1 MiB (with files 110), announced or not, before it fills the memory, and 408 to one
    that only drips."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"] == WEBHOOK:
            return await self.app(scope, receive, send)
        announced = Headers(scope=scope).get("content-length", "0")
        largest, slowest = LARGEST_BODY, SLOWEST_BODY_SECONDS
        if UPLOADS.fullmatch(scope["path"]) and announced_type(scope).startswith("multipart/"):
            largest, slowest = LARGEST_UPLOAD, SLOWEST_UPLOAD_SECONDS
        if not announced.isdecimal() or int(announced[:20]) > largest:
            return await refusal(scope, BodyTooLarge())(scope, receive, send)
        has_begun = False

        async def send_noting(message: Message) -> None:
            nonlocal has_begun
            has_begun = True
            await send(message)

        try:
            await self.app(scope, capped(receive, largest, slowest), send_noting)
        except (BodyTooLarge, BodyTooSlow) as error:
            if has_begun:
                raise
            await refusal(scope, error)(scope, receive, send)


def announced_type(scope: Scope) -> str:
    return Headers(scope=scope).get("content-type", "").strip().lower()


def capped(receive: Receive, largest: int, slowest_seconds: float) -> Receive:
    """`receive` that raises BodyTooLarge once more than `largest` bytes came in, BodyTooSlow when it takes too long."""
    total, is_whole = 0, False
    ends_at = asyncio.get_running_loop().time() + slowest_seconds

    async def receive_counting() -> Message:
        nonlocal total, is_whole
        try:
            async with asyncio.timeout_at(None if is_whole else ends_at):  # what comes then is the disconnect
                message = await receive()
        except TimeoutError:
            raise BodyTooSlow() from None
        is_whole = not message.get("more_body", False)
        total += len(message.get("body", b""))
        if total > largest:
            raise BodyTooLarge()
        return message

    return receive_counting


def refusal(scope: Scope, error: AppError) -> Response:
    """A refusal before any door: the sentence in the reader's language, or JSON for who asks for it."""
    headers = Headers(scope=scope)
    if "json" in headers.get("accept", "") or scope["path"].startswith("/api/"):
        return JSONResponse({"error": {"code": error.code, "message": _(error.words)}}, error.status)
    return PlainTextResponse(_(error.words), error.status)
