"""A house with an empty, migrated database of its own."""

from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest

from app.db import close_database, open_database
from app.migrate import migrate
from app.settings import database_address, load_settings
from tests.accounts.house import House

SECRET = "the first secret of this test and long enough"


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
async def database_url(tmp_path: Path) -> AsyncIterator[str]:
    url = database_address(f"sqlite:///{tmp_path / 'recado.db'}")
    await migrate(url)
    open_database(url)
    yield url
    await close_database()


OpenHouse = Callable[..., House]


@pytest.fixture
def open_house(database_url: str) -> OpenHouse:
    """Another process of the same installation, with these settings."""

    def opened(**chosen: Any) -> House:
        given: dict[str, Any] = {"recado_env": "test", "secret_key": SECRET, **chosen}
        return House(load_settings(database_url=database_url, **given))

    return opened


@pytest.fixture
def house(open_house: OpenHouse) -> House:
    return open_house()
