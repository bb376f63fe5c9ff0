"""The database alone, open: what is known, without a desk."""

from collections.abc import AsyncIterator

import pytest

from app.db import close_database, open_database


@pytest.fixture
async def opened(database_url: str) -> AsyncIterator[None]:
    open_database(database_url)
    yield
    await close_database()
