"""A server that sends prepared bytes as Claude's stream, or fewer of them."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from app.assistant.claude import Claude, Patience, Request
from app.assistant.failures import ClaudeFailed
from app.assistant.replies import Reply

QUESTION = Request("Seja breve.", [{"role": "user", "content": [{"type": "text", "text": "Oi"}]}])
HEAD = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\nrequest-id: req_1\r\nconnection: close\r\n"


class Cutting:
    """A server of one stream, of which it sends as many bytes as the request's `max_tokens` says, and hangs up."""

    def __init__(self, whole: bytes, *, chunked: bool) -> None:
        self.whole, self.chunked = whole, chunked

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).lower()
        size = int(head.split(b"content-length:")[1].split(b"\r\n")[0])
        body = await reader.readexactly(size)
        sent = self.whole[: int(body.split(b'"max_tokens":')[1].split(b",")[0])]
        if self.chunked:  # an end that was not announced: the connection is cut
            writer.write(HEAD + b"transfer-encoding: chunked\r\n\r\n")
            writer.write(f"{len(sent):x}\r\n".encode() + sent + b"\r\n" if sent else b"")
        else:
            writer.write(HEAD + b"\r\n" + sent)
        writer.close()


@asynccontextmanager
async def cutting(whole: bytes, *, chunked: bool) -> AsyncIterator[Claude]:
    server = await asyncio.start_server(Cutting(whole, chunked=chunked).answer, "127.0.0.1", 0)
    address = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    claude = Claude(api_key="k", base_url=address, model="claude-haiku-5-5", patience=Patience())
    await claude.warm_up()
    yield claude
    await claude.close()
    server.close()


async def outcome(claude: Claude, most: int) -> Reply | ClaudeFailed:
    """What comes of a stream of which this many bytes arrive."""
    asked = Request(QUESTION.system, QUESTION.messages, max_tokens=most)
    try:
        return await claude.stream(asked, lambda text: None)
    except ClaudeFailed as failure:
        return failure
