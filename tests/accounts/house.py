"""A small app with the doors of `accounts` and two rooms behind them, on a real database."""

import re
from dataclasses import dataclass, field
from typing import Any

import httpx2
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from app.accounts.models import Role, User
from app.accounts.throttle import Throttle
from app.accounts.users import create_user
from app.db import transaction
from app.errors import AppError
from app.gate import SessionGate
from app.middleware import BodyCap, SecurityHeaders
from app.pages import first_run, settings, sign_in
from app.settings import Settings
from app.templating import environment

PASSWORD = "correct horse battery"
HEADER = "X-CSRF-Token"
TOKEN = re.compile(r'name="csrf_token" value="(\w+)"')


async def show_room(request: Request) -> Response:
    return PlainTextResponse(f"room of {request.state.user.name}")


async def change_room(request: Request) -> Response:
    """Counts a change, and says the `word` of the form back."""
    request.app.state.changes += 1
    async with request.form() as form:
        return PlainTextResponse(str(form.get("word", "")))


async def swallow(request: Request) -> Response:
    return PlainTextResponse(str(len(await request.body())))


async def explain(request: Request, error: Exception) -> Response:
    assert isinstance(error, AppError)
    return PlainTextResponse(error.code, error.status)


def build(chosen: Settings) -> Starlette:
    app = Starlette(
        routes=[
            Route("/", show_room),
            Route("/c/{conversation_id}", show_room),
            Route("/room", show_room),
            Route("/room", change_room, methods=["POST", "PUT", "PATCH", "DELETE"]),
            Route("/live", show_room),
            Route("/webhooks/whatsapp", swallow, methods=["POST"]),
            Route("/sign-in", sign_in.show),
            Route("/sign-in", sign_in.enter, methods=["POST"]),
            Route("/sign-out", sign_in.leave, methods=["POST"]),
            Route("/first-run", first_run.show),
            Route("/first-run", first_run.create, methods=["POST"]),
            Route("/settings", settings.show),
            Route("/settings", settings.change_own, methods=["POST"]),
            Route("/settings/installation", settings.change_installation, methods=["POST"]),
        ],
        middleware=[
            Middleware(SecurityHeaders, settings=chosen),
            Middleware(BodyCap),
            Middleware(SessionGate, settings=chosen),
        ],
        exception_handlers={AppError: explain},
    )
    app.state.settings = chosen
    app.state.templates = environment(chosen)
    app.state.throttle = Throttle()
    app.state.changes = 0
    return app


@dataclass
class House:
    """One app; `browser()` gives a fresh one at some address of the internet."""

    settings: Settings
    app: Starlette = field(init=False)

    def __post_init__(self) -> None:
        self.app = build(self.settings)

    def browser(self, address: str = "198.51.100.7", **options: Any) -> httpx2.AsyncClient:
        transport = httpx2.ASGITransport(app=self.app, client=(address, 50000))
        url = self.settings.public_url or "http://desk.test"
        return httpx2.AsyncClient(
            transport=transport, base_url=url, headers={"Accept": "text/html"}, **options
        )

    async def person(self, email: str = "marta@example.com", role: Role = Role.ATTENDANT) -> User:
        async with transaction() as session:
            return await create_user(session, email=email, name="Marta", role=role, password=PASSWORD)

    async def enter(self, browser: httpx2.AsyncClient, email: str = "marta@example.com") -> str:
        """Sign in; the CSRF token of the session, read from a page as a person's browser would."""
        answer = await browser.post("/sign-in", data={"email": email, "password": PASSWORD})
        assert answer.status_code == 303, answer.text
        return await csrf_of(browser)

    @property
    def changes(self) -> int:
        return int(self.app.state.changes)


async def csrf_of(browser: httpx2.AsyncClient) -> str:
    found = TOKEN.search((await browser.get("/settings")).text)
    assert found
    return found[1]
