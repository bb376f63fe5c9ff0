"""Answers that break: a connection cut without a word, or one byte at a time."""

import asyncio
from collections.abc import AsyncIterator

from starlette.responses import Response, StreamingResponse
from starlette.types import Receive, Scope, Send
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol


class CuttableProtocol(HttpToolsProtocol):
    """Lends its transport to the request's state, so that an answer can cut the line."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self.app_state = {**self.app_state, "transport": transport}


class Cut(Response):
    """Resets the connection instead of answering, or in the middle of an answer."""

    def __init__(self, answer: Response | None = None, after_bytes: int = 0) -> None:
        """`after_bytes` counts from the beginning of the answer's head; an answer is never sent whole."""
        super().__init__()
        self._begun = as_written(answer)[:-1][:after_bytes] if answer else b""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        transport = scope["state"]["transport"]
        if not transport.is_closing():  # whoever asked may be gone already
            transport.write(self._begun)
            transport.abort()
        await asyncio.sleep(0)


def as_written(answer: Response) -> bytes:
    """An answer as it goes over the wire."""
    head = b"".join(b"%s: %s\r\n" % header for header in answer.raw_headers)
    return b"HTTP/1.1 200 OK\r\n" + head + b"\r\n" + bytes(answer.body)


def drip(body: bytes, seconds: float) -> Response:
    """JSON that arrives one byte each so many seconds."""

    async def bytes_one_by_one() -> AsyncIterator[bytes]:
        for position in range(len(body)):
            yield body[position : position + 1]
            await asyncio.sleep(seconds)

    return StreamingResponse(bytes_one_by_one(), media_type="application/json")
