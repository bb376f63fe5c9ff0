"""Async tests here run on asyncio, which the app uses."""

import pytest


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"
