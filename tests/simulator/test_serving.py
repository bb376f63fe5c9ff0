"""A server inside a test leaves nothing behind, whoever comes as it leaves."""

import asyncio
import gc
import socket
from contextlib import suppress

import pytest
from starlette.applications import Starlette

from app.simulator.serve import listening, served


@pytest.mark.parametrize("turns", range(10))
async def test_who_comes_as_the_server_leaves_is_hung_up_on(turns: int) -> None:
    listener = listening()

    async def comes() -> socket.socket | None:
        for _ in range(turns):
            await asyncio.sleep(0)
        return None if listener.fileno() < 0 else socket.create_connection(listener.getsockname(), 10)

    async with served(Starlette(), listener, lifespan="off"):
        coming = asyncio.create_task(comes())
    client = await coming
    gc.collect()  # a connection that was forgotten would complain
    if client is not None:
        with client, suppress(ConnectionResetError):
            assert client.recv(1) == b""
