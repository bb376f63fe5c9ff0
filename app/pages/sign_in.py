"""Signing in and out."""

import logging
import math

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from app.accounts import passwords, users
from app.accounts.models import User
from app.accounts.sign_in import ABSOLUTE, sign_in, sign_out, user_of
from app.accounts.throttle import Throttle, TooManyTries
from app.characters import storable
from app.db import reading, transaction
from app.forms import text_field
from app.gate import cookie_name
from app.i18n import _, ngettext
from app.templating import own_path, render, wants_fragment

log = logging.getLogger(__name__)


async def show(request: Request) -> Response:
    """GET /sign-in: the form; who is signed in goes on, and before anybody exists `/` says how to begin."""
    going_to = own_path(request.query_params.get("next"))
    async with reading() as session:
        has_users = await users.any_user_exists(session)
        token = request.cookies.get(cookie_name(request.app.state.settings), "")
        is_in = bool(token) and await user_of(session, token) is not None
    if is_in or not has_users:
        return RedirectResponse(going_to if is_in else "/", 303)
    return form(request, going_to=going_to)


async def enter(request: Request) -> Response:
    """POST /sign-in: 303 when right, 422 with the form when wrong, 429 when this address has to wait."""
    fields = await request.form(max_files=0)
    email, password = storable(text_field(fields, "email")), text_field(fields, "password")
    going_to = own_path(text_field(fields, "next"))
    try:
        user = await authenticate(request, email, password)
    except TooManyTries as error:
        return too_many_tries(request, error, email=email, going_to=going_to)
    if user is None:
        words = _("E-mail or password is wrong.")
        return form(request, status=422, email=email, going_to=going_to, error=words)
    return await let_in(request, user, password, going_to)


async def leave(request: Request) -> Response:
    """POST /sign-out: the session ends on the server; the browser forgets the cookie and what it kept."""
    name = cookie_name(request.app.state.settings)
    async with transaction() as session:
        await sign_out(session, request.cookies.get(name, ""))
    answer = go_to(request, "/sign-in")
    answer.delete_cookie(
        name, path="/", secure=request.app.state.settings.is_https, httponly=True, samesite="lax"
    )
    answer.headers["Clear-Site-Data"] = '"storage"'
    return answer


async def authenticate(request: Request, email: str, password: str) -> User | None:
    """Whose e-mail and password these are, None when they are nobody's; raises TooManyTries."""
    throttle: Throttle = request.app.state.throttle
    address = request.client.host if request.client else ""
    await throttle.check(email, address)
    with throttle.trying(email, address):
        user = await active_user(email)
        # No transaction is open here: hashing takes its time.
        if await passwords.verify(user.password_hash if user else None, password):
            await throttle.right(email, address)
            return user
        await throttle.wrong(email, address)
    log.info("sign-in refused", extra={"user": user.id if user else None})
    return None


async def active_user(email: str) -> User | None:
    async with reading() as session:
        user = await users.by_email(session, email)
    return user if user is not None and user.is_active else None


async def let_in(request: Request, user: User, password: str, going_to: str) -> Response:
    """A new session for this browser, in place of the one it may have had, and on to `going_to`."""
    settings = request.app.state.settings
    name = cookie_name(settings)
    renewed_hash = await passwords.renewed(user.password_hash, password)
    async with transaction() as session:
        await sign_out(session, request.cookies.get(name, ""))
        token = await sign_in(session, user)
        if renewed_hash is not None:
            await users.keep_hash(session, user.id, renewed_hash)
    log.info("signed in", extra={"user": user.id})
    answer = go_to(request, going_to)
    answer.set_cookie(
        name,
        token,
        max_age=int(ABSOLUTE.total_seconds()),
        path="/",
        secure=settings.is_https,
        httponly=True,
        samesite="lax",
    )
    return answer


def go_to(request: Request, path: str) -> Response:
    """On to another page: a redirect, which htmx is told in a header, as it would follow one by itself."""
    if wants_fragment(request):
        return Response(headers={"HX-Redirect": path})
    return RedirectResponse(path, 303)


def too_many_tries(request: Request, error: TooManyTries, *, email: str, going_to: str) -> Response:
    minutes = math.ceil(error.retry_after_seconds / 60)
    words = ngettext(
        "Too many wrong tries. Wait %(n)d minute and try again.",
        "Too many wrong tries. Wait %(n)d minutes and try again.",
        minutes,
    )
    answer = form(request, status=429, email=email, going_to=going_to, error=words % {"n": minutes})
    answer.headers["Retry-After"] = str(error.retry_after_seconds)
    return answer


def form(
    request: Request, *, going_to: str, status: int = 200, email: str = "", error: str | None = None
) -> Response:
    template = "accounts/_sign_in_form.html" if wants_fragment(request) else "accounts/sign_in.html"
    return render(request, template, status=status, email=email, going_to=going_to, error=error)
