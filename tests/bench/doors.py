"""The program with three doors more, to measure its webhook beside: `uvicorn tests.bench.doors:app`.

`/bench/parsed` is a usual door that reads, checks and parses as the webhook does and stores nothing; `/bench/bare` is
the webhook's own door with nothing behind it; `/bench/naive` stores each webhook in a transaction of its own, as one
would without a writer; `/bench/stored` counts.
"""

from sqlalchemy import func, select
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from app import clock, memory
from app.conversations.models import Message
from app.db import reading, transaction
from app.gate import OPEN_DOORS
from app.main import create_app
from app.middleware import NOT_KEPT, security_headers
from app.outbox.models import DeliveryReport
from app.settings import load_settings
from app.whatsapp.filing import Filing
from app.whatsapp.intake import Intake, Webhook, read
from app.whatsapp.signature import is_signed
from app.whatsapp.webhook import Door


async def parsed(request: Request) -> Response:
    await contents_of(request)
    return PlainTextResponse("")


async def contents_of(request: Request) -> Webhook:
    body = await request.body()
    secrets = [secret.get_secret_value() for secret in request.app.state.settings.whatsapp_app_secret]
    assert is_signed(request.headers.get("x-hub-signature-256"), body, secrets)
    webhook = await read(body, clock.now())
    assert webhook.found
    return webhook


async def naive(request: Request) -> Response:
    filing = Filing(request.app.state.settings)
    webhook = await contents_of(request)
    async with transaction() as session:
        for item in webhook.found:
            await filing.file(item, session, webhook.received_at)
    return PlainTextResponse("")


async def stored(request: Request) -> Response:
    """How many messages and reports there are."""
    async with reading() as session:
        counts = [
            (await session.execute(select(func.count()).select_from(table))).scalar_one()
            for table in (Message, DeliveryReport)
        ]
    return JSONResponse(counts)


class Bare(Door):
    """The webhook's door with nothing behind it."""

    async def store(self, intake: Intake, body: bytes) -> tuple[int, bytes]:
        assert (await read(body, clock.now())).found
        return 200, b""


def build() -> ASGIApp:
    settings = load_settings()
    program, bare = create_app(settings), Bare(security_headers(settings) | NOT_KEPT)
    for name, door in {"parsed": parsed, "naive": naive, "stored": stored}.items():
        OPEN_DOORS.add(f"/bench/{name}")
        program.router.routes.append(Route(f"/bench/{name}", door, methods=["POST", "GET"]))

    async def doors(scope: Scope, receive: Receive, send: Send) -> None:
        scope["app"] = program
        await (bare if scope.get("path") == "/bench/bare" else program)(scope, receive, send)

    return doors


app = build()
memory.settle()
