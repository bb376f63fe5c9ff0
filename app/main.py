"""The application: its doors, its middleware, and what runs beside them while it serves."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from typing import Any

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request

from app import jobs_table, refusals
from app.accounts.throttle import Throttle
from app.accounts.users import ensure_admin
from app.assistant import schedule
from app.assistant.claude import Claude, claude_from
from app.db import Database, close_database, open_database, transaction
from app.gate import SessionGate
from app.live.connection import Live
from app.live.fragments import Fragments
from app.live.ring import Ring
from app.live.stopping import stopping
from app.logs import configure_logs
from app.middleware import BodyCap, SecurityHeaders
from app.migrate import current_revision, newest_revision
from app.outbox.sender import Sender
from app.routes import routes
from app.settings import Settings, WrongSettings, load_settings
from app.simulated import simulated
from app.templating import environment
from app.whatsapp.graph import Graph
from app.whatsapp.intake import Intake
from app.whatsapp.numbers import ensure_first
from app.worker import Worker

log = logging.getLogger(__name__)


def create_app(settings: Settings) -> Starlette:
    """The whole program for one installation. Nothing is opened before it serves."""
    program = Starlette(
        routes=list(routes()),
        lifespan=lifespan(settings),
        middleware=[
            Middleware(SecurityHeaders, settings=settings),
            Middleware(BodyCap),
            Middleware(
                SessionGate,
                settings=settings,
                refuse=lambda scope, error: refusals.answer(Request(scope), error),
            ),
            Middleware(GZipMiddleware, minimum_size=1000, compresslevel=5),
        ],
        exception_handlers=refusals.handlers(),
    )
    program.router.redirect_slashes = False  # such a redirect would be built from the Host header
    return program


def lifespan(settings: Settings) -> Any:
    @asynccontextmanager
    async def serve(app: Starlette) -> AsyncIterator[None]:
        async with AsyncExitStack() as stack:
            stack.enter_context(stopping.watch_signals())
            await stack.enter_async_context(serving(app, settings))
            yield

    return serve


@asynccontextmanager
async def serving(app: Starlette, settings: Settings) -> AsyncIterator[None]:
    """Everything that is open while the program serves, and closed in the opposite order."""
    async with AsyncExitStack() as stack:
        database = open_database(settings.database_url)
        stack.push_async_callback(close_database)
        await refuse_other_schema(database)
        if settings.is_production and not settings.is_https:
            log.warning("PUBLIC_URL is not https: passwords and messages travel readable")
        settings = await stack.enter_async_context(simulated(app, settings))
        async with transaction() as session:
            await ensure_first(session, settings)
            await ensure_admin(session, settings)
        graph = await stack.enter_async_context(
            Graph(base_url=settings.whatsapp_api_url, version=settings.whatsapp_api_version)
        )
        ring = Ring()
        app.state.settings = settings
        app.state.templates = templates = environment(settings)
        app.state.throttle = Throttle()
        app.state.intake = intake = Intake(settings)
        app.state.live = Live(ring, Fragments(templates, settings.zone), settings.zone)
        await ring.start()
        stack.push_async_callback(ring.stop)
        await stack.enter_async_context(running(intake.run(), "intake"))
        sender = Sender(graph, settings.whatsapp_access_token.get_secret_value)
        claude = claude_from(settings)
        stack.push_async_callback(claude.close)
        worker = Worker(jobs_table.handlers(settings, graph, claude))
        await stack.enter_async_context(running(sender.run(), "outbox"))
        await stack.enter_async_context(running(worker.run(), "worker"))
        await stack.enter_async_context(running(load_when_wanted(claude), "claude"))
        yield


async def load_when_wanted(claude: Claude) -> None:
    """Claude's SDK takes seconds to load: while the first customer's quiet time runs, and not before."""
    await asyncio.wait({schedule.wanted.next()})
    await claude.warm_up()


async def refuse_other_schema(database: Database) -> None:
    """In production nothing but `migrate` changes the schema: on another one the start stops and says so."""
    if await current_revision(database) != newest_revision():
        raise WrongSettings(
            "The database has another schema than this program: run `python -m app migrate` first."
        )


@asynccontextmanager
async def running(work: Any, name: str) -> AsyncIterator[None]:
    """A task beside the doors; cancelled when they close."""
    task = asyncio.create_task(work, name=name)
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


def __getattr__(name: str) -> Any:
    """`app.main:app`, made when a server asks for it, so that importing this module reads no environment."""
    if name != "app":
        raise AttributeError(name)
    configure_logs()
    try:
        globals()["app"] = made = create_app(load_settings())
    except WrongSettings as fault:
        raise SystemExit(str(fault)) from None
    return made
