"""A shop with an empty, migrated database and a simulator of its own."""

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from app import clock
from app.assistant.claude import Claude, Patience
from app.assistant.desk import Desk, Pace, typing_through
from app.connectors.asking import Outside
from app.db import close_database, open_database
from app.settings import database_address, load_settings
from app.simulator.config import SimulatorConfig
from app.simulator.serve import running
from app.simulator.world import World
from app.whatsapp.graph import Graph
from tests.assistant.shop import MovingClock, Shop

QUICK = Pace(renew=0.1, look=0.2, between_looks=0.01, grow=0.02, typing=20, before_retry=0.01, budget=20)


@pytest.fixture(autouse=True)
def no_real_claude(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Nothing of the environment may lead a test to a real server."""
    for name in ("API_KEY", "AUTH_TOKEN", "BASE_URL", "CUSTOM_HEADERS", "PROFILE"):
        monkeypatch.delenv(f"ANTHROPIC_{name}", raising=False)
    monkeypatch.setenv("RECADO_ENV", "test")
    monkeypatch.setenv("ANTHROPIC_CONFIG_DIR", str(tmp_path))


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[str]:
    url = database_address(database_url)
    open_database(url)
    yield url
    await close_database()


@pytest.fixture
async def simulator() -> AsyncIterator[tuple[World, str]]:
    config = SimulatorConfig("http://127.0.0.1:9/", "secret", "verify", typing_pause_seconds=0.001)
    async with running(config) as (world, url):
        yield world, url


@pytest.fixture
def patience() -> Patience:
    """Longer than a busy machine is slow; who tests its end makes it short."""
    return Patience(read=15, attempt=30)


@pytest.fixture
async def claude(simulator: tuple[World, str], patience: Patience) -> AsyncIterator[Claude]:
    provider = Claude(api_key="", base_url=simulator[1], model="claude-haiku-5-5", patience=patience)
    await provider.warm_up()
    yield provider
    await provider.close()


@pytest.fixture
async def shop(database: str, simulator: tuple[World, str], claude: Claude) -> AsyncIterator[Shop]:
    world, url = simulator
    settings = load_settings(
        recado_env="test",
        secret_key="of no use to anybody but long enough",
        database_url=database,
        anthropic_base_url=url,
        claude_wait_seconds=0,
    )
    moving = MovingClock()
    async with Graph(url, "v26.0") as graph:
        desk = Desk(settings, claude, typing_through(graph, "simulated"), QUICK, outside=Outside(trusted=url))
        shop = Shop(world, desk, moving)
        with clock.read_from(moving):
            await shop.open()
            yield shop


@pytest.fixture
async def full(shop: Shop, simulator: tuple[World, str], patience: Patience) -> AsyncIterator[Shop]:
    """The shop with a provider that is spoken to as Anthropic's own servers are."""
    provider = Claude(
        api_key="k", base_url=simulator[1], model="claude-haiku-5-5", patience=patience, is_simple=False
    )
    shop.desk = replace(shop.desk, provider=provider)
    yield shop
    await provider.close()
