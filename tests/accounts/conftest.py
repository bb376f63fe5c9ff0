"""A house with an empty, migrated database of its own."""

from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest

from app.db import close_database, open_database
from app.settings import load_settings
from tests.accounts.house import House

SECRET = "the first secret of this test and long enough"


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[str]:
    open_database(database_url)
    yield database_url
    await close_database()


OpenHouse = Callable[..., House]


@pytest.fixture
def open_house(database: str, database_url: str) -> OpenHouse:
    """Another process of the same installation, with these settings."""

    def opened(**chosen: Any) -> House:
        given: dict[str, Any] = {"recado_env": "test", "secret_key": SECRET, **chosen}
        return House(load_settings(database_url=database_url, **given))

    return opened


@pytest.fixture
def house(open_house: OpenHouse) -> House:
    return open_house()
