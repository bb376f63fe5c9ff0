"""The network between a browser and the program: it can be cut, lead elsewhere, and pass a stream byte by byte."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from urllib.parse import urlsplit

from app.simulator.serve import stop_listening

Ends = tuple[asyncio.StreamReader, asyncio.StreamWriter]


class Wire:
    """Passes bytes both ways. `upstream` may change at any time; None answers nobody, as while a server restarts."""

    def __init__(
        self,
        upstream: str | None,
        *,
        one_byte_at_a_time: bool = False,
        cut_after_seconds: float | None = None,
    ) -> None:
        self.upstream = upstream
        self.cut_after_seconds = cut_after_seconds  # every connection that old ends, whatever it carries
        self.one_byte_at_a_time = one_byte_at_a_time  # in event streams; pages and files pass as they come
        self.address = ""
        self.stream_bytes = 0
        self._connections: set[asyncio.Task[None]] = set()

    async def cut(self) -> None:
        """End every connection; who comes back is served again if there is an upstream."""
        connections = list(self._connections)
        for connection in connections:
            connection.cancel()
        await asyncio.gather(*connections, return_exceptions=True)

    def accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connection = asyncio.ensure_future(self._serve((reader, writer)))
        self._connections.add(connection)
        connection.add_done_callback(self._connections.discard)
        # Not in `_serve`, which never begins where it is cut before that.
        connection.add_done_callback(lambda _: writer.transport.abort())

    async def _serve(self, browser: Ends) -> None:
        with suppress(OSError, TimeoutError):
            async with asyncio.timeout(self.cut_after_seconds):
                await self._relay(browser)

    async def _relay(self, browser: Ends) -> None:
        if self.upstream is None:
            return
        target = urlsplit(self.upstream)
        server = await asyncio.open_connection(target.hostname, target.port)
        asked = Asked()
        ways = [
            asyncio.ensure_future(asked.up(browser, server)),
            asyncio.ensure_future(self._down(server, browser, asked)),
        ]
        try:
            await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for way in ways:
                way.cancel()
            server[1].transport.abort()
            await asyncio.gather(*ways, return_exceptions=True)

    async def _down(self, server: Ends, browser: Ends, asked: "Asked") -> None:
        while part := await server[0].read(65_536):
            if self.one_byte_at_a_time and asked.for_stream:
                await self._drip(part, browser[1])
            else:
                browser[1].write(part)
                await browser[1].drain()

    async def _drip(self, part: bytes, writer: asyncio.StreamWriter) -> None:
        """Each byte in a write, and so a packet, of its own."""
        for position in range(len(part)):
            writer.write(part[position : position + 1])
            await writer.drain()
            await asyncio.sleep(0)
        self.stream_bytes += len(part)


class Asked:
    """What one connection asks for: whether its latest request is for the event stream."""

    for_stream = False

    async def up(self, browser: Ends, server: Ends) -> None:
        while part := await browser[0].read(65_536):
            if part.startswith((b"GET ", b"POST ")):
                self.for_stream = part.startswith(b"GET /live?")
            server[1].write(part)
            await server[1].drain()


@asynccontextmanager
async def wire(
    upstream: str | None, *, one_byte_at_a_time: bool = False, cut_after_seconds: float | None = None
) -> AsyncIterator[Wire]:
    """A wire to `upstream`, for the browser to come to at `address`."""
    laid = Wire(upstream, one_byte_at_a_time=one_byte_at_a_time, cut_after_seconds=cut_after_seconds)
    server = await asyncio.start_server(laid.accept, "127.0.0.1", 0)
    for listener in server.sockets:
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    laid.address = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    try:
        yield laid
    finally:
        await stop_listening(server)
        await laid.cut()
