"""The program with three doors more, to measure its webhook beside: `uvicorn tests.bench.doors:app`.

`/bench/empty` answers, `/bench/parsed` reads, checks and parses as the webhook does and stores nothing, `/bench/naive`
stores each webhook in a transaction of its own, as one would without a writer.
"""

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from app import clock
from app.db import transaction
from app.gate import OPEN_DOORS
from app.main import create_app
from app.settings import load_settings
from app.whatsapp.filing import Filing
from app.whatsapp.intake import read as contents
from app.whatsapp.signature import is_signed
from app.whatsapp.webhook import read


async def empty(request: Request) -> Response:
    return PlainTextResponse("")


async def parsed(request: Request) -> Response:
    body = await read(request)
    secrets = [secret.get_secret_value() for secret in request.app.state.settings.whatsapp_app_secret]
    assert is_signed(request.headers.get("x-hub-signature-256"), body, secrets)
    assert contents(body, clock.now()).found
    return PlainTextResponse("")


async def naive(request: Request) -> Response:
    body = await read(request)
    secrets = [secret.get_secret_value() for secret in request.app.state.settings.whatsapp_app_secret]
    assert is_signed(request.headers.get("x-hub-signature-256"), body, secrets)
    filing = Filing(request.app.state.settings)
    webhook = contents(body, clock.now())
    async with transaction() as session:
        for item in webhook.found:
            await filing.file(item, session, webhook.received_at)
    return PlainTextResponse("")


def build() -> Starlette:
    program = create_app(load_settings())
    for name, door in {"empty": empty, "parsed": parsed, "naive": naive}.items():
        OPEN_DOORS.add(f"/bench/{name}")
        program.router.routes.append(Route(f"/bench/{name}", door, methods=["POST"]))
    return program


app = build()
