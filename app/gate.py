"""The gate before every door: who is signed in, and does one of our own pages ask?"""

import logging
import secrets as randomness
from collections.abc import Callable
from http.cookies import CookieError
from tempfile import SpooledTemporaryFile
from typing import IO
from urllib.parse import urlencode

from pydantic import SecretStr
from sqlalchemy.exc import SQLAlchemyError
from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.requests import HTTPConnection, Request
from starlette.responses import RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.accounts import sign_in, users
from app.accounts.forgery import comes_from_us
from app.accounts.models import SignIn, User
from app.db import is_outage, reading, transaction
from app.errors import AppError, ForgedRequest, NotSignedIn, Unavailable
from app.i18n import current_locale, preferred, spoken
from app.middleware import WEBHOOK, refusal
from app.settings import Settings
from app.templating import own_path

log = logging.getLogger(__name__)

OPEN_DOORS = {WEBHOOK, "/healthz", "/readyz", "/metrics", "/sign-in", "/first-run", "/favicon.ico", "/sw.js"}
SIGNING_IN = {
    "/sign-in",
    "/first-run",
}  # changing requests without a session: only a page of ours may make them
SAFE_METHODS = {"GET", "HEAD", "OPTIONS"}
PIECE = 64 * 1024
KEPT_IN_MEMORY = 1024 * 1024  # of a body; more lies on the disk while its request lasts
FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")

Refuse = Callable[[Scope, AppError], Response]


def cookie_name(settings: Settings) -> str:
    """`__Host-` binds the cookie to this host and to https; over plain http browsers would drop it."""
    return "__Host-recado" if settings.is_https else "recado"


class SessionGate:
    """Lets through who is signed in, and what needs nobody; a changing request also needs the CSRF token.

    Pure ASGI, so streams flow untouched. Decides on scope["path"], never on request.url, which a
    strange Host header can bend.
    `refuse` draws what is answered to everybody else.
    """

    def __init__(self, app: ASGIApp, settings: Settings, refuse: Refuse = refusal) -> None:
        self.app = app
        self.settings = settings
        self.refuse = refuse
        self.cookie = cookie_name(settings)
        # Development may go without SECRET_KEY: its pages then last as long as the process.
        self.secrets = settings.secret_key or (SecretStr(randomness.token_hex(32)),)
        self.has_users = False

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            return await self.app(scope, receive, send)
        if scope["type"] != "http":
            return await send({"type": "websocket.close", "code": 1008})
        before = current_locale.set(preferred(Headers(scope=scope).get("accept-language", "")))
        try:
            with SpooledTemporaryFile(max_size=KEPT_IN_MEMORY) as body:
                await self.let_in(scope, receive, send, body)
        finally:
            current_locale.reset(before)

    async def let_in(self, scope: Scope, receive: Receive, send: Send, body: IO[bytes]) -> None:
        try:
            scope, receive, signed_in = await self.admit(scope, receive, body)
        except GoTo as elsewhere:
            return await elsewhere.response(scope, receive, send)
        except AppError as error:
            return await self.refuse(scope, error)(scope, receive, send)
        await self.app(scope, receive, send)
        if signed_in is not None:
            await note_seen(scope, signed_in)

    async def admit(
        self, scope: Scope, receive: Receive, body: IO[bytes]
    ) -> tuple[Scope, Receive, SignIn | None]:
        """What the door gets to see; raises GoTo or an AppError for who may not go on."""
        if is_open(scope["path"]):
            self.check_signing_in(scope)
            return scope, receive, None
        token = session_token(scope, self.cookie)
        found = None if token is None else await self.session_of(token)
        if token is None or found is None:
            return await self.for_strangers(scope), receive, None
        return scope, await self.with_session(scope, receive, body, token, *found), found[1]

    def check_signing_in(self, scope: Scope) -> None:
        if scope["path"] in SIGNING_IN and scope["method"] not in SAFE_METHODS and not self.is_ours(scope):
            raise ForgedRequest()

    async def session_of(self, token: str) -> tuple[User, SignIn] | None:
        """Raises Unavailable while the database cannot tell."""
        try:
            async with reading() as session:
                found = await sign_in.user_of(session, token)
                return found
        except (SQLAlchemyError, OSError) as error:
            raise unavailable(error) from error

    async def with_session(
        self, scope: Scope, receive: Receive, body: IO[bytes], token: str, user: User, signed_in: SignIn
    ) -> Receive:
        """Put the session where doors find it; the way to read the body, which may have been looked at.

        Raises ForgedRequest or BodyTooLarge.
        """
        current_locale.set(spoken(user.locale))
        state = scope.setdefault("state", {})
        state["user"] = user
        state["sign_in_id"] = signed_in.id
        state["csrf_token"] = sign_in.csrf_token(token, self.secrets)
        if scope["method"] in SAFE_METHODS:
            return receive
        if not self.is_ours(scope):
            raise ForgedRequest()
        given, receive = await csrf_token_in(scope, receive, body)
        if not sign_in.csrf_ok(given, token, self.secrets):
            raise ForgedRequest()
        return receive

    async def for_strangers(self, scope: Scope) -> Scope:
        """The first-run page at `/` while nobody exists; else raises GoTo (a page) or NotSignedIn."""
        if not is_page(scope):
            raise NotSignedIn()
        if scope["path"] == "/" and not await self.any_user():
            return {**scope, "path": "/first-run", "raw_path": b"/first-run"}
        raise GoTo(sign_in_address(scope))

    async def any_user(self) -> bool:
        """Asked until there is one: the last user never goes."""
        if not self.has_users:
            try:
                async with reading() as session:
                    self.has_users = await users.any_user_exists(session)
            except (SQLAlchemyError, OSError) as error:
                raise unavailable(error) from error
        return self.has_users

    def is_ours(self, scope: Scope) -> bool:
        headers = Headers(scope=scope)
        return comes_from_us(
            origin=headers.get("origin"),
            fetch_site=headers.get("sec-fetch-site"),
            host=headers.get("host", ""),
            scheme=scope["scheme"],
            public_url=self.settings.public_url,
        )


class GoTo(Exception):
    """Send the browser to another page."""

    def __init__(self, address: str) -> None:
        super().__init__(address)
        self.response = RedirectResponse(address, 303)


def unavailable(error: Exception) -> Exception:
    return Unavailable() if is_outage(error) else error


def is_open(path: str) -> bool:
    return path in OPEN_DOORS or path.startswith("/static/")


def session_token(scope: Scope, cookie: str) -> str | None:
    """The token in our cookie; the API knows no cookies."""
    if scope["path"].startswith("/api/"):
        return None
    try:
        return HTTPConnection(scope).cookies.get(cookie) or None
    except CookieError:
        return None


def is_page(scope: Scope) -> bool:
    """Whether a person looks at a whole page, and so can be sent to another one."""
    headers = Headers(scope=scope)
    return (
        scope["method"] in {"GET", "HEAD"}
        and "hx-request" not in headers
        and headers.get("sec-fetch-dest", "document") == "document"
        and any(kind in headers.get("accept", "*/*") for kind in ("text/html", "*/*"))
        and not is_machines(scope["path"])
    )


def is_machines(path: str) -> bool:
    return path.startswith("/api/") or is_live(path)


def is_live(path: str) -> bool:
    return path == "/live" or path.startswith("/live/")


def sign_in_address(scope: Scope) -> str:
    path = (scope.get("raw_path") or scope["path"].encode()).decode("latin-1").partition("?")[0]
    query = scope["query_string"].decode("latin-1")
    return "/sign-in?" + urlencode({"next": own_path(f"{path}?{query}" if query else path)})


async def csrf_token_in(scope: Scope, receive: Receive, body: IO[bytes]) -> tuple[str, Receive]:
    """A changing request's token, from header or form, and a `receive` that still gives the whole body, if need be out
    of `body`, which was empty."""
    headers = Headers(scope=scope)
    if "x-csrf-token" in headers:
        return headers["x-csrf-token"], receive
    if not headers.get("content-type", "").lower().startswith(FORMS):
        return "", receive
    await keep_whole(receive, body)
    try:
        async with Request(scope, replaying(body, receive)).form() as form:
            given = form.get("csrf_token", "")
    except HTTPException:  # no form at all; with an app in its scope the request says so like this
        given = ""
    return given if isinstance(given, str) else "", replaying(body, receive)


async def keep_whole(receive: Receive, body: IO[bytes]) -> None:
    """Everything the client sends; BodyCap, which stands before, bounds it."""
    while True:
        message = await receive()
        body.write(message.get("body", b""))
        if not message.get("more_body", False):
            return


def replaying(body: IO[bytes], receive: Receive) -> Receive:
    """`receive` that gives the body once more, then whatever really comes (the disconnect)."""
    body.seek(0)
    is_over = False

    async def receive_again() -> Message:
        nonlocal is_over
        if is_over:
            return await receive()
        piece = body.read(PIECE)
        is_over = len(piece) < PIECE
        return {"type": "http.request", "body": piece, "more_body": not is_over}

    return receive_again


async def note_seen(scope: Scope, signed_in: SignIn) -> None:
    """Remember, at most once a minute and after the answer has left, that a person was here.

    What a tab asks by itself (`/live…`) is no sign of a person, and a stream must not write.
    """
    if is_live(scope["path"]) or not sign_in.is_due_for_note(signed_in):
        return
    try:
        async with transaction() as session:
            await sign_in.note_seen(session, signed_in.id)
    except (SQLAlchemyError, OSError) as error:
        log.warning(
            "sign-in not noted as seen", extra={"sign_in": signed_in.id, "error": type(error).__name__}
        )
