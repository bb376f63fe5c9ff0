"""The application: its doors, its middleware, and what runs beside them while it serves."""

import logging
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.gzip import DEFAULT_EXCLUDED_CONTENT_TYPES, GZipMiddleware
from starlette.requests import Request

from app import housekeeping, memory, refusals, timekeeping
from app.accounts.throttle import Throttle
from app.accounts.users import ensure_admin
from app.assistant import returning
from app.assistant.claude import claude_from
from app.db import close_database, open_database, transaction
from app.gate import SessionGate
from app.knowledge import embedding
from app.knowledge.embedders.embedder import choosing, embedder_of
from app.knowledge.sites import Sites
from app.live.bell import bell
from app.live.bus import carrying
from app.live.connection import Live
from app.live.fragments import Fragments
from app.live.presence import Presence
from app.live.ring import Ring
from app.live.stopping import stopping
from app.live.streams import Streams
from app.logs import configure_logs
from app.media import sweeping
from app.media.places import store_of
from app.message_templates import syncing
from app.middleware import NOT_KEPT, BodyCap, SecurityHeaders, security_headers
from app.migrate import refuse_older_schema
from app.postgres import refuse_forgetful_server
from app.push import keys
from app.rounds import running
from app.routes import routes
from app.settings import Jobs, Settings, WrongSettings, load_settings
from app.simulated import simulated
from app.templating import environment
from app.whatsapp.graph import Graph
from app.whatsapp.intake import Intake
from app.whatsapp.numbers import ensure_first
from app.whatsapp.webhook import StraightToTheWebhook
from app.wire import Wired
from app.working import HEARD_BY_WORKERS, at_work

log = logging.getLogger(__name__)

PACKED_ALREADY = (*DEFAULT_EXCLUDED_CONTENT_TYPES, "application/octet-stream", "application/pdf")


def create_app(settings: Settings) -> Starlette:
    """The whole program for one installation. Nothing is opened before it serves."""
    program = Starlette(
        routes=list(routes()),
        lifespan=lifespan(settings),
        middleware=[
            Middleware(StraightToTheWebhook, headers=security_headers(settings) | NOT_KEPT),
            Middleware(Wired),
            Middleware(SecurityHeaders, settings=settings),
            Middleware(BodyCap),
            Middleware(
                SessionGate,
                settings=settings,
                refuse=lambda scope, error: refusals.answer(Request(scope), error),
            ),
            Middleware(
                GZipMiddleware, minimum_size=1000, compresslevel=5, exclude_content_types=PACKED_ALREADY
            ),
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
        await refuse_older_schema(database)
        if settings.is_production:
            await refuse_forgetful_server(database.writer)
            if not settings.is_https:
                log.warning("PUBLIC_URL is not https: passwords and messages travel readable")
        await stack.enter_async_context(timekeeping.together_with_the_database())
        settings = await stack.enter_async_context(simulated(app, settings))
        await stack.enter_async_context(choosing(embedder_of(settings)))
        async with transaction() as session:
            await ensure_first(session, settings)
            await ensure_admin(session, settings)
            await housekeeping.begin(session)
            await sweeping.ask(session)
            await syncing.begin(session)
            await embedding.begin(session)
            await returning.begin(session)
            app.state.push_key = keys.public(await keys.ensure(session, settings.secret_key))
        graph = await stack.enter_async_context(
            Graph(
                settings.whatsapp_api_url,
                settings.whatsapp_api_version,
                tell_time=timekeeping.believe_whatsapp,
            )
        )
        ring = Ring()
        app.state.settings = settings
        app.state.graph = graph
        app.state.templates = templates = environment(settings)
        app.state.throttle = Throttle()
        app.state.claude = claude = claude_from(settings)
        stack.push_async_callback(claude.close)
        app.state.store = store = store_of(settings)
        app.state.sites = await stack.enter_async_context(Sites())
        app.state.intake = intake = Intake(settings)
        app.state.live = live = Live(ring, Fragments(templates, settings.zone), settings.zone)
        app.state.presence = presence = Presence()
        app.state.streams = streams = Streams(live, presence)
        await ring.start()
        stack.push_async_callback(ring.stop)
        await stack.enter_async_context(carrying(settings, HEARD_BY_WORKERS | {bell.name: looking(ring)}))
        await stack.enter_async_context(running(streams.run(), "streams"))
        await stack.enter_async_context(running(presence.run(), "presence"))
        await stack.enter_async_context(running(intake.run(), "intake"))
        if settings.recado_jobs is Jobs.INSIDE:
            await stack.enter_async_context(at_work(settings, graph, store))
        stack.callback(stopping.set)  # the first of the endings: nobody begins anything any more
        yield


def looking(ring: Ring) -> Callable[[], None]:
    """What the live bell of another process wakes here: the ring, and turns of Claude that may be over."""

    def look() -> None:
        ring.look()
        bell.wake()

    return look


def __getattr__(name: str) -> Any:
    """`app.main:app`, made when a server asks for it, so that importing this module reads no environment."""
    if name != "app":
        raise AttributeError(name)
    configure_logs()
    try:
        globals()["app"] = made = create_app(load_settings())
    except WrongSettings as fault:
        raise SystemExit(str(fault)) from None
    memory.settle()
    return made
