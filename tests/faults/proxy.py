"""A line that goes wrong on demand: a TCP proxy before a TCP port or a Unix socket, switched by the test while it runs.

Deterministic: what happens depends on bytes and on the order of calls, never on chance.
"""

import asyncio
import socket
import struct
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from enum import StrEnum

from app.simulator.serve import stop_listening

CHUNK = 64 * 1024
AT_ONCE = struct.pack("ii", 1, 0)  # SO_LINGER 0: the peer gets a reset, and what was not read is lost


class Fault(StrEnum):
    PASS = "pass"
    LATENCY = "latency"  # each piece waits `seconds`
    BANDWIDTH = "bandwidth"  # at most `bytes_per_second` each way
    CUT = "cut"  # both sides closed in order, once `after` bytes of answer passed
    RESET = "reset"  # the same by a reset
    HALF_CLOSE = (
        "half close"  # the client hears the end of the answer after `after` bytes and may go on speaking
    )
    BLACK_HOLE = "black hole"  # whatever is said is taken and goes nowhere; such a connection never recovers
    REFUSE = "refuse"  # new connections are taken and reset at once, old ones go on


@dataclass(frozen=True)
class Behaviour:
    """`once_said`: the fault begins only when these bytes went by from the client; they still arrive upstream."""

    fault: Fault = Fault.PASS
    seconds: float = 0.0
    bytes_per_second: int = 0
    after: int = 0
    once_said: bytes = b""


PASS = Behaviour()


@dataclass(eq=False)
class Line:
    """One connection through the proxy. `answered`: bytes of answer passed since the fault began."""

    client: asyncio.StreamWriter
    upstream: asyncio.StreamWriter
    answered: int = 0
    has_been_said: bool = False
    is_dead: bool = False
    tail: bytes = b""

    def reset(self) -> None:
        for writer in (self.client, self.upstream):
            connection: socket.socket | None = writer.get_extra_info("socket")
            if connection is not None and connection.family != socket.AF_UNIX:
                with suppress(OSError):
                    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, AT_ONCE)
            writer.transport.abort()

    def close(self) -> None:
        for writer in (self.client, self.upstream):
            writer.close()


@dataclass(eq=False)
class Proxy:
    """`upstream`: (host, port), or the path of a Unix socket. `seen` counts the connections that came."""

    upstream: tuple[str, int] | str
    port: int = 0
    seen: int = 0
    fired: int = 0  # how often a line was cut, reset or half closed
    lines: set[Line] = field(default_factory=set)
    behaviour: Behaviour = PASS
    serving: set[asyncio.Task[None]] = field(default_factory=set)
    server: asyncio.Server | None = None

    async def listen(self) -> None:
        """On a free port at first, and on the same one again."""
        self.server = await asyncio.start_server(self.accept, "127.0.0.1", self.port)
        self.port = self.server.sockets[0].getsockname()[1]

    async def go_deaf(self) -> None:
        """Cut every line and let nobody connect, as where no program runs: nothing that is said can have arrived."""
        if self.server is not None:
            await stop_listening(self.server)
        self.cut_all()

    def switch(self, fault: Fault, **how: float | int | bytes) -> None:
        """From now on, on open lines and new ones."""
        self.behaviour = Behaviour(fault, **how)  # type: ignore[arg-type]
        for line in self.lines:
            line.answered, line.has_been_said, line.tail = 0, False, b""

    def cut_all(self) -> None:
        """Reset every open line at once."""
        for line in list(self.lines):
            line.reset()

    def accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.get_running_loop().create_task(self.serve(reader, writer))
        self.serving.add(task)
        task.add_done_callback(self.serving.discard)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.seen += 1
        if self.behaviour.fault is Fault.REFUSE:
            writer.transport.abort()
            return
        try:
            if isinstance(self.upstream, str):
                back, forth = await asyncio.open_unix_connection(self.upstream)
            else:
                back, forth = await asyncio.open_connection(*self.upstream)
        except OSError:
            writer.transport.abort()
            return
        line = Line(writer, forth)
        self.lines.add(line)
        try:
            await asyncio.gather(self.ask(line, reader), self.answer(line, back))
        except OSError:
            line.reset()
        finally:
            self.lines.discard(line)
            line.close()
            for side in (writer, forth):
                with suppress(OSError):
                    await side.wait_closed()

    async def ask(self, line: Line, reader: asyncio.StreamReader) -> None:
        """What the client says, to the upstream."""
        while piece := await reader.read(CHUNK):
            how = self.behaviour
            if how.once_said and how.once_said in line.tail + piece:
                line.has_been_said = True
            line.tail = piece[-64:]
            if self.swallows(line):
                continue
            await self.delay(len(piece))
            line.upstream.write(piece)
            await line.upstream.drain()
        if not line.is_dead and line.upstream.can_write_eof():
            line.upstream.write_eof()

    async def answer(self, line: Line, reader: asyncio.StreamReader) -> None:
        """What the upstream answers, to the client, until a fault ends it."""
        while piece := await reader.read(CHUNK):
            if self.swallows(line):
                continue
            await self.delay(len(piece))
            how, room = self.behaviour, len(piece)
            if how.fault in (Fault.CUT, Fault.RESET, Fault.HALF_CLOSE) and self.has_begun(line):
                room = how.after - line.answered
            line.client.write(piece[: max(room, 0)])
            await line.client.drain()
            line.answered += min(room, len(piece))
            if room < len(piece):
                self.fired += 1
                return self.end(line, how.fault)
        if line.client.can_write_eof():
            line.client.write_eof()

    def end(self, line: Line, fault: Fault) -> None:
        if fault is Fault.RESET:
            line.reset()
        elif fault is Fault.HALF_CLOSE:
            line.client.write_eof()
        else:
            line.close()

    def has_begun(self, line: Line) -> bool:
        return line.has_been_said or not self.behaviour.once_said

    def swallows(self, line: Line) -> bool:
        if self.behaviour.fault is Fault.BLACK_HOLE and self.has_begun(line):
            line.is_dead = True
        return line.is_dead

    async def delay(self, size: int) -> None:
        how = self.behaviour
        if how.fault is Fault.LATENCY:
            await asyncio.sleep(how.seconds)
        elif how.fault is Fault.BANDWIDTH:
            await asyncio.sleep(size / how.bytes_per_second)


@asynccontextmanager
async def proxy_to(upstream: tuple[str, int] | str) -> AsyncIterator[Proxy]:
    """A proxy on a port of its own; every line is cut at the end."""
    proxy = Proxy(upstream)
    await proxy.listen()
    try:
        yield proxy
    finally:
        await proxy.go_deaf()
        await asyncio.gather(*proxy.serving, return_exceptions=True)
