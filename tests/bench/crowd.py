"""A thousand attendants with one open stream each, as cheap as a client can be."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import urlsplit

from app import clock
from app.accounts.models import SignIn, User
from app.accounts.sign_in import ABSOLUTE, hash_of
from app.db import close_database, open_database, transaction

TOPICS = "inbox,conv:1"


class Listener(asyncio.Protocol):
    """One open stream. `frames` counts those with news, `at` is when the latest came (monotonic seconds)."""

    def __init__(self) -> None:
        self.frames, self.at = 0, 0.0
        self.last = b""
        self.ended = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        self.last = data
        ended = data.count(b"\n\n\r\n") - data.count(b"event: hb\n")  # a frame's end, and its chunk's
        if ended:
            self.frames += ended
            self.at = time.monotonic()

    def connection_lost(self, fault: Exception | None) -> None:
        if not self.ended.done():
            self.ended.set_result(time.monotonic())


@asynccontextmanager
async def listeners(
    address: str, path: str, tokens: list[str], *, heard: int = 1
) -> AsyncIterator[list[Listener]]:
    """One for each signed-in browser, all of them past their hello; `heard` 0: they are only asked for."""
    where, loop = urlsplit(address), asyncio.get_running_loop()
    opened: list[Listener] = []
    try:
        for token in tokens:
            transport, listener = await loop.create_connection(
                Listener, where.hostname or "", where.port or 80
            )
            request = f"GET {path} HTTP/1.1\r\nHost: {where.netloc}\r\nCookie: recado={token}\r\n\r\n"
            transport.write(request.encode())
            opened.append(listener)
        await everybody_has(opened, heard, within_seconds=300)
        yield opened
    finally:
        for listener in opened:
            listener.transport.abort()


async def everybody_has(listening: list[Listener], frames: int, *, within_seconds: float = 60) -> float:
    """The moment at which the last of them had so many frames."""
    deadline = time.monotonic() + within_seconds
    while any(listener.frames < frames for listener in listening):
        deaf = sum(listener.frames < frames for listener in listening)
        assert time.monotonic() < deadline, f"{deaf} of {len(listening)} did not hear of it"
        await asyncio.sleep(0.002)
    return max(listener.at for listener in listening)


async def signed_in(database_url: str, count: int) -> list[str]:
    """So many new attendants, each signed in; the cookies' tokens. The program need not run."""
    now = clock.now()
    tokens = [f"bench-{number:08}" for number in range(count)]
    open_database(database_url)
    try:
        async with transaction() as session:
            people = [
                User(
                    email=f"{token}@example.com",
                    name=token,
                    role="attendant",
                    password_hash="",
                    created_at=now,
                )
                for token in tokens
            ]
            session.add_all(people)
            await session.flush()
            for person, token in zip(people, tokens, strict=True):
                session.add(
                    SignIn(
                        user_id=person.id,
                        token_hash=hash_of(token),
                        created_at=now,
                        seen_at=now,
                        expires_at=now + ABSOLUTE,
                    )
                )
    finally:
        await close_database()
    return tokens
