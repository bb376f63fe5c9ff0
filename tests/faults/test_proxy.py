"""The line that the other tests break does what its name says."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import pytest

from tests.faults.proxy import Fault, Proxy, proxy_to


async def echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(OSError):
        while piece := await reader.read(1000):
            writer.write(piece)
    writer.close()
    with suppress(OSError):
        await writer.wait_closed()


@asynccontextmanager
async def line_to_an_echo(folder: Path, kind: str) -> AsyncIterator[Proxy]:
    if kind == "unix":
        path = str(folder / "echo")
        server = await asyncio.start_unix_server(echo, path)
        upstream: tuple[str, int] | str = path
    else:
        server = await asyncio.start_server(echo, "127.0.0.1", 0)
        upstream = server.sockets[0].getsockname()
    async with server, proxy_to(upstream) as proxy:
        yield proxy


async def said(proxy: Proxy, words: bytes, patience: float = 5) -> bytes | str:
    """What comes back until the answer ends, at most as many bytes as were said; or how it failed."""
    reader, writer = await asyncio.open_connection("127.0.0.1", proxy.port)
    try:
        async with asyncio.timeout(patience):
            writer.write(words)
            return await reader.readexactly(len(words))
    except asyncio.IncompleteReadError as short:
        return short.partial
    except (OSError, TimeoutError) as fault:
        return type(fault).__name__
    finally:
        writer.close()
        with suppress(OSError):
            await writer.wait_closed()


@pytest.mark.parametrize("kind", ["tcp", "unix"])
async def test_each_fault_is_what_its_name_says_and_ends_when_it_is_switched_off(
    tmp_path: Path, kind: str
) -> None:
    async with line_to_an_echo(tmp_path, kind) as proxy:
        for fault, how, heard in (
            (Fault.PASS, {}, b"0123456789"),
            (Fault.CUT, {"after": 4}, b"0123"),
            (Fault.HALF_CLOSE, {"after": 7}, b"0123456"),
            (Fault.RESET, {"after": 0}, "ConnectionResetError"),
            (Fault.LATENCY, {"seconds": 0.01}, b"0123456789"),
            (Fault.BANDWIDTH, {"bytes_per_second": 1000}, b"0123456789"),
            (Fault.CUT, {"once_said": b"345", "after": 0}, b""),
            (Fault.CUT, {"once_said": b"x", "after": 0}, b"0123456789"),
        ):
            proxy.switch(fault, **how)
            assert await said(proxy, b"0123456789") == heard, (fault, how)
        proxy.switch(Fault.REFUSE)
        assert await said(proxy, b"0123456789") in (b"", "ConnectionResetError")
        proxy.switch(Fault.BLACK_HOLE)
        assert await said(proxy, b"0123456789", patience=0.2) == "TimeoutError"
        proxy.switch(Fault.PASS)
        assert await said(proxy, b"0123456789") == b"0123456789"
