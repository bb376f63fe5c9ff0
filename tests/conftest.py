"""What every test may ask for: a migrated database, a running desk with its simulator, a browser."""

import asyncio
import os
import shutil
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from playwright.async_api import Browser as Chromium
from playwright.async_api import expect

os.environ["RECADO_ENV"] = "test"

from app.migrate import migrate
from app.settings import database_address
from tests.actors import Browser, Desk, WhatsApp, running_desk
from tests.browser.actors import PATIENCE
from tests.chromium import installed_chromium, running_chromium
from tests.postgres import new_database, running_postgres


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="session")
def migrated_database() -> Iterator[Path]:
    """An empty SQLite database of the newest schema, made once; tests copy it."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "empty.db"
        asyncio.run(
            migrate(database_address(f"sqlite:///{path}"))
        )  # anyio refuses while a session fixture is open
        yield path


@pytest.fixture
def database_url(migrated_database: Path, tmp_path: Path) -> str:
    """The address of a fresh database of this test's own."""
    copy = tmp_path / "recado.db"
    shutil.copy(migrated_database, copy)
    return f"sqlite:///{copy}"


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """The address of a throw-away PostgreSQL server; tests that ask for it are marked `postgres`."""
    programs = os.environ.get("RECADO_POSTGRES_BIN")
    if not programs:
        pytest.skip("bin/test found no PostgreSQL server")
    with running_postgres(Path(programs)) as address:
        yield address


@pytest.fixture
def postgres_url(postgres_server: str) -> str:
    """The address of an empty Postgres database of this test's own; nothing is migrated yet."""
    return new_database(postgres_server)


@pytest.fixture(scope="session")
async def chromium() -> AsyncIterator[Chromium]:
    """The browser; skipped where none is to be had, which in CI is a failure."""
    path = installed_chromium()
    if path is None:
        reason = "no Chromium here: install it, or name one in CHROMIUM"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    expect.set_options(timeout=PATIENCE)
    async with running_chromium(path) as browser:
        yield browser


@pytest.fixture
async def desk(database_url: str) -> AsyncIterator[Desk]:
    """The whole program on a real port, WhatsApp and Claude played by the simulator on another, Marta signed in."""
    async with running_desk(database_url) as running:
        yield running


@pytest.fixture
def whatsapp(desk: Desk) -> WhatsApp:
    return desk.whatsapp


@pytest.fixture
def marta(desk: Desk) -> Browser:
    return desk.marta
