"""The database alone, open: what is known, without a desk."""

from collections.abc import AsyncIterator

import pytest

from app.db import close_database, open_database
from app.live.stopping import stopping


@pytest.fixture
async def opened(database_url: str) -> AsyncIterator[None]:
    open_database(database_url)
    stopping.begin()  # a desk of an earlier test has stopped in this process
    yield
    await close_database()
