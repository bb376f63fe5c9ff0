"""What every test may ask for: a migrated database, a running desk with its simulator, a browser."""

import asyncio
import os
import shutil
from collections.abc import AsyncIterator, Iterator
from inspect import iscoroutinefunction
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from playwright.async_api import Browser as Chromium
from playwright.async_api import expect
from sqlalchemy.engine import make_url

os.environ["RECADO_ENV"] = "test"

from app import memory
from app.migrate import migrate
from app.settings import database_address
from tests.actors import Browser, Desk, WhatsApp, running_desk
from tests.browser.actors import PATIENCE
from tests.chromium import installed_chromium, running_chromium
from tests.deadline import in_time
from tests.postgres import one_database, running_postgres
from tests.redis import running_redis
from tests.scratch import keep_in_memory


def pytest_configure() -> None:
    keep_in_memory()
    memory.settle()  # as where it serves; a fifth of the tests' work was looking for rubbish


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--every-engine",
        action="store_true",
        help="also what takes long on both engines: everything that drives a browser, every hostile field",
    )


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Everything runs on both engines. Unless told otherwise a browser is driven on Postgres only where a test says so
    (`on_both_engines`) or knows no other engine, and of `alternating` cases one is tried here, the next one there."""
    if config.getoption("every_engine"):
        return
    on_sqlite = {case_of(item) for item in items if engine_of(item) == "sqlite"}
    places = {case: place for place, case in enumerate(dict.fromkeys(map(case_of, items)))}
    left_out = []
    for item in items:
        drives = "chromium" in getattr(item, "fixturenames", ()) and not item.get_closest_marker(
            "on_both_engines"
        )
        if engine_of(item) == "postgres" and drives and case_of(item) in on_sqlite:
            left_out.append(item)
        elif item.get_closest_marker("alternating"):
            here = ("sqlite", "postgres")[places[case_of(item)] % 2]
            left_out += [item] if engine_of(item) not in (here, "") else []
    config.hook.pytest_deselected(items=left_out)
    gone = set(map(id, left_out))
    items[:] = [item for item in items if id(item) not in gone]


def engine_of(item: pytest.Item) -> str:
    """ "" for what asks for no database."""
    callspec = getattr(item, "callspec", None)
    return str(callspec.params.get("engine", "")) if callspec else ""


def case_of(item: pytest.Item) -> str:
    """A test with its parameters, whatever the engine."""
    return item.nodeid.replace("postgres", "*").replace("sqlite", "*")


@pytest.hookimpl(tryfirst=True)  # before anyio runs it
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> None:
    """With `-o faulthandler_timeout=0` no test has a deadline."""
    if float(pyfuncitem.config.getini("faulthandler_timeout")) and iscoroutinefunction(pyfuncitem.obj):
        pyfuncitem.obj = in_time(pyfuncitem.obj)


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="session", autouse=True)
async def one_event_loop(anyio_backend: str) -> AsyncIterator[None]:
    """For all tests: what one of them hangs up on last is closed in the turns of the next, not cut off with the loop."""
    yield  # noqa: PT022 (the loop stays for as long as this waits)


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def engine(request: pytest.FixtureRequest) -> str:
    """Each test that asks for a database runs once on either; `only_on` names what concerns one alone."""
    return str(request.param)


@pytest.fixture
def database_url(engine: str, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[str]:
    """The address of a fresh database of this test's own, of the newest schema."""
    if engine == "postgres":
        server, template = request.getfixturevalue("migrated_on_postgres")
        with one_database(server, template) as address:
            yield address
        return
    copy = tmp_path / "recado.db"
    shutil.copy(request.getfixturevalue("migrated_on_sqlite"), copy)
    yield database_address(f"sqlite:///{copy}")


@pytest.fixture(scope="session")
def migrated_on_sqlite() -> Iterator[Path]:
    """An empty database of the newest schema, made once; tests copy it."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "empty.db"
        migrate_now(database_address(f"sqlite:///{path}"))
        yield path


@pytest.fixture(scope="session")
def migrated_on_postgres(postgres_server: str) -> Iterator[tuple[str, str]]:
    """The server's address and the name of an empty database of the newest schema, which tests copy."""
    with one_database(postgres_server) as empty:
        migrate_now(empty)
        yield postgres_server, str(make_url(empty).database)


def migrate_now(address: str) -> None:
    asyncio.run(migrate(address))  # anyio refuses while a session fixture is open


@pytest.fixture(scope="session")
def postgres_programs() -> Path:
    """The folder with `initdb` and `pg_ctl`, for servers that a test treats badly."""
    programs = os.environ.get("RECADO_POSTGRES_BIN")
    if not programs:
        missing("PostgreSQL server")
    return Path(str(programs))


@pytest.fixture(scope="session")
def postgres_server(request: pytest.FixtureRequest) -> Iterator[str]:
    """The address of a throw-away PostgreSQL server, or of the one that TEST_DATABASE_URL names."""
    if given := os.environ.get("TEST_DATABASE_URL"):
        yield database_address(given)
        return
    with running_postgres(request.getfixturevalue("postgres_programs")) as server:
        yield server.address


@pytest.fixture
def postgres_url(postgres_server: str) -> Iterator[str]:
    """The address of an empty Postgres database of this test's own; nothing is migrated yet."""
    with one_database(postgres_server) as address:
        yield address


@pytest.fixture(scope="session")
def redis_server() -> Iterator[str]:
    """The address of a throw-away Redis (or Valkey), or of the one that TEST_REDIS_URL names."""
    if given := os.environ.get("TEST_REDIS_URL"):
        yield given
        return
    program = os.environ.get("RECADO_REDIS_BIN")
    if not program:
        missing("Redis server")
    with running_redis(Path(str(program))) as server:
        yield server.address


def missing(what: str) -> None:
    """Skips the test, which in CI is a failure."""
    reason = f"bin/test found no {what}"
    if os.environ.get("CI") == "true":
        pytest.fail(reason)
    pytest.skip(reason)


@pytest.fixture(scope="session")
async def chromium() -> AsyncIterator[Chromium]:
    """The browser; skipped where none is to be had, which in CI is a failure."""
    path = installed_chromium()
    if path is None:
        missing("Chromium: install it, or name one in CHROMIUM")
    expect.set_options(timeout=PATIENCE)
    async with running_chromium(path) as browser:
        yield browser


@pytest.fixture
def desk_settings() -> dict[str, Any]:
    """What a module of tests sets otherwise on its desk: it says so in a fixture of this name."""
    return {}


@pytest.fixture
async def desk(database_url: str, desk_settings: dict[str, Any]) -> AsyncIterator[Desk]:
    """The whole program on a real port, WhatsApp and Claude played by the simulator on another, Marta signed in."""
    async with running_desk(database_url, **desk_settings) as running:
        yield running


@pytest.fixture
def whatsapp(desk: Desk) -> WhatsApp:
    return desk.whatsapp


@pytest.fixture
def marta(desk: Desk) -> Browser:
    return desk.marta
