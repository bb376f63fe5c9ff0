"""The simulator as an application of its own: wire, control doors and phone page."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from starlette.applications import Starlette
from starlette.requests import ClientDisconnect, Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles

from app.simulator.claude import claude_routes
from app.simulator.config import SimulatorConfig
from app.simulator.control import control_routes
from app.simulator.embeddings import embeddings_routes
from app.simulator.graph import graph_routes
from app.simulator.orders import orders_routes
from app.simulator.phone import phone_routes
from app.simulator.transcripts import transcripts_routes
from app.simulator.world import World

_STATIC = Path(__file__).parents[2] / "static"


def create_simulator(config: SimulatorConfig, world: World | None = None) -> Starlette:
    """Everything on one port. `world` given: someone else shows its phone page too."""
    world = world or World(config)

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        world.courier.open()
        yield
        await world.background.stop()
        await world.courier.close()

    app = Starlette(
        routes=_routes(world), lifespan=lifespan, exception_handlers={ClientDisconnect: _nobody_is_there}
    )
    app.state.world = world
    return app


async def _nobody_is_there(request: Request, error: Exception) -> Response:
    """The program died while it sent: nobody hears this answer."""
    return Response(status_code=400)


def _routes(world: World) -> list[BaseRoute]:
    return [
        Route("/", RedirectResponse("/simulator")),
        Mount("/static", StaticFiles(directory=_STATIC, check_dir=False)),
        control_routes(world),
        *phone_routes(world),
        *claude_routes(world),
        *embeddings_routes(world),
        *transcripts_routes(world),
        *orders_routes(world),
        *graph_routes(world),
    ]
