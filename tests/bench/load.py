"""Many connections that post one request after the other: as fast as they are answered, or at a given rate."""

import asyncio
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from urllib.parse import urlsplit


@dataclass
class Load:
    """What came back. `spans` are seconds from sending (at a given rate: from when it was due) to the answer."""

    seconds: float = 0.0
    spans: list[float] = field(default_factory=list)
    refused: int = 0

    @property
    def rate(self) -> float:
        """Answered 200, per second."""
        return len(self.spans) / self.seconds


class Line(asyncio.Protocol):
    """One connection that is kept. Answers are told apart by their length; the body is not looked at."""

    def __init__(self) -> None:
        self.answered: asyncio.Future[int] | None = None
        self.buffer = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        self.buffer += data
        head, found, rest = self.buffer.partition(b"\r\n\r\n")
        if not found:
            return
        length = int(head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0] or 0)
        if len(rest) >= length and self.answered is not None:
            self.buffer = b""
            self.answered.set_result(int(head[9:12]))

    def connection_lost(self, fault: Exception | None) -> None:
        if self.answered is not None and not self.answered.done():
            self.answered.set_exception(ConnectionError("the server hung up"))

    async def post(self, request: bytes) -> int:
        if self.transport.is_closing():
            raise ConnectionError("the server hung up")
        self.answered = asyncio.get_running_loop().create_future()
        self.transport.write(request)
        return await self.answered


def request_of(path: str, body: bytes, signature: str) -> bytes:
    head = f"POST {path} HTTP/1.1\r\nHost: bench\r\nX-Hub-Signature-256: {signature}\r\nContent-Type: application/json\r\n"
    return f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body


async def run(
    address: str, requests: Iterator[bytes], *, lines: int, seconds: float, rate: float = 0.0
) -> Load:
    """Post `requests` over `lines` connections for `seconds`; `rate` per second, 0: as fast as they are answered."""
    where = urlsplit(address)
    loop = asyncio.get_running_loop()
    load, began = Load(), time.perf_counter()
    due = began

    async def post_on(line: Line) -> None:
        nonlocal due
        while time.perf_counter() - began < seconds:
            at = time.perf_counter()
            if rate:
                at, due = due, due + 1 / rate
                await asyncio.sleep(max(at - time.perf_counter(), 0))
            status = await line.post(next(requests))
            if status == 200:
                load.spans.append(time.perf_counter() - at)
            else:
                load.refused += 1

    made = [await loop.create_connection(Line, where.hostname or "", where.port or 80) for _ in range(lines)]
    await asyncio.gather(*(post_on(line) for _, line in made))
    load.seconds = time.perf_counter() - began
    for transport, _ in made:
        transport.close()
    return load
