"""One place that turns a refusal into a page, a fragment or JSON."""

import logging
import re
from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy.exc import OperationalError, TimeoutError
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, PlainTextResponse, RedirectResponse, Response

from app.db import is_outage
from app.errors import AppError, Joined, NotFound, Unavailable
from app.i18n import N_, _
from app.middleware import HEADERS
from app.templating import render, wants_fragment

log = logging.getLogger(__name__)

JOINED = re.compile(r"^/c/[0-9]+")


class NoSuchPage(NotFound):
    words = N_("There is no such page.")


class NotLikeThis(AppError):
    code = "not-like-this"
    words = N_("This address cannot be used like this.")


def handlers() -> Mapping[Any, Callable[..., Any]]:
    return {
        AppError: refuse,
        Joined: lead_on,
        HTTPException: refuse_http,
        ClientDisconnect: nobody_is_there,
        OperationalError: fail,
        TimeoutError: fail,
        Exception: fail,
    }


async def nobody_is_there(request: Request, error: ClientDisconnect) -> Response:
    """They left before we had read all of it: nobody hears this answer, and nothing went wrong."""
    return Response(status_code=400)


async def refuse(request: Request, error: AppError) -> Response:
    return answer(request, error)


async def lead_on(request: Request, error: Joined) -> Response:
    """The same address in the conversation that goes on: to look at, or to send there what was to be changed here."""
    path = JOINED.sub(f"/c/{error.into_id}", request.scope["path"], count=1)
    query = f"?{request.url.query}" if request.url.query else ""
    return RedirectResponse(path + query, 303 if request.method in ("GET", "HEAD") else 307)


async def refuse_http(request: Request, error: HTTPException) -> Response:
    """What the router refuses: no such page, a method it does not know."""
    refusal = NoSuchPage() if error.status_code == 404 else NotLikeThis()
    refusal.status = error.status_code
    response = answer(request, refusal)
    for name, value in (error.headers or {}).items():
        response.headers[name] = value
    return response


async def fail(request: Request, error: Exception) -> Response:
    """Whatever nobody foresaw: 503 when the database could not, else 500. The details are for the log."""
    if is_outage(error):
        log.error("the database could not", extra={"fault": type(error).__name__})
        return answer(request, Unavailable())
    response = answer(request, AppError())
    response.headers.update(HEADERS)  # Starlette draws this one outside of our middleware
    return response


def answer(request: Request, error: AppError) -> Response:
    headers = {"Retry-After": "5"} if error.status == 503 else {}
    if "json" in request.headers.get("accept", "") or request.scope["path"].startswith("/api/"):
        return JSONResponse(
            {"error": {"code": error.code, "message": _(error.words)}}, error.status, headers=headers
        )
    if not is_page(request):
        return PlainTextResponse(_(error.words), error.status, headers=headers)
    forgets = error.status == 404 and request.scope["path"].startswith("/c/")
    return render(
        request,
        "error.html",
        status=error.status,
        headers=headers,
        words=_(error.words),
        forgets_conversation=forgets,
    )


def is_page(request: Request) -> bool:
    """Whether a person looks at a whole page for the answer."""
    return "text/html" in request.headers.get("accept", "") and not wants_fragment(request)
