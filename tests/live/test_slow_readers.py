"""Who takes nothing harms nobody: the others hear everything at once, and the stuck ones are dropped."""

import asyncio
import logging
import socket
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from urllib.parse import urlsplit

import pytest
from sqlalchemy import update

from app.accounts.models import User
from app.db import transaction
from app.live import streams
from app.live.events import Change, EventKind, announce
from app.live.stopping import stopping
from app.simulator.serve import listening as listening_socket
from tests.actors import Browser, Desk, WhatsApp, within
from tests.deadline import patience
from tests.engines import only_on
from tests.live.listening import listening, poll
from tests.people import ANA, PAULO

STUCK, CHANGES = 50, 25
LARGE = (
    "Bom dia! " * 450
)  # about 4,000 characters: some dozen changes are more than any buffer on the way holds


@asynccontextmanager
async def stuck_reader(reader: Browser, path: str) -> AsyncIterator[socket.socket]:
    """A browser that asks for the stream and then never reads."""
    where, loop = urlsplit(str(reader.http.base_url)), asyncio.get_running_loop()
    with socket.socket() as made:
        made.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        made.setblocking(False)
        await loop.sock_connect(made, (where.hostname, where.port))
        cookie = f"Cookie: recado={reader.http.cookies['recado']}"
        request = f"GET {path} HTTP/1.1\r\nHost: {where.netloc}\r\n{cookie}\r\n\r\n"
        await loop.sock_sendall(made, request.encode())
        yield made


async def is_hung_up(stuck: socket.socket) -> bool:
    """Whether the server has ended this connection; reads what still was on the way."""
    loop = asyncio.get_running_loop()
    try:
        while await loop.sock_recv(stuck, 65_536):
            pass
    except ConnectionError:
        pass
    return True


async def with_small_buffers(desk: Desk) -> None:
    """The program on its port again, where the machine itself takes little for a reader who does not."""
    await desk.program.stop()
    listener = listening_socket(urlsplit(desk.address).port or 0)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4096)
    await desk.program.start(listener)


def dropped(caplog: pytest.LogCaptureFixture) -> int:
    return sum(record.message == "a reader who takes nothing was dropped" for record in caplog.records)


@only_on("sqlite")
async def test_stuck_readers_delay_nobody_and_are_dropped_with_one_line_each(
    desk: Desk,
    whatsapp: WhatsApp,
    marta: Browser,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setattr(streams, "SEND_TIMEOUT_SECONDS", 2.0)
    await with_small_buffers(desk)
    await whatsapp.says(ANA, LARGE)
    now = (await poll(marta, 0)).headers["x-live-cursor"]
    path = f"/live?c={now}&t=inbox,conv:1"
    async with AsyncExitStack() as stack:
        with caplog.at_level(logging.INFO, "app"):
            stuck = [await stack.enter_async_context(stuck_reader(marta, path)) for _ in range(STUCK)]
            stream = await stack.enter_async_context(listening(marta, now, "inbox,conv:1"))
            for _ in range(CHANGES):
                async with transaction() as session:
                    announce(session, Change(EventKind.MESSAGE_CHANGED, 1, 1))
                assert "Bom dia!" in (await stream.next_news(within_seconds=5)).data
            await within(60, lambda: dropped(caplog) == STUCK, what="the last stuck reader's end")
        async with patience(10):
            assert await asyncio.gather(*map(is_hung_up, stuck)) == [True] * STUCK
    assert [record.message for record in caplog.records if record.levelno >= logging.ERROR] == []


@only_on("sqlite")
@pytest.mark.parametrize("is_signed_out", [False, True], ids=["signed-in", "signed-out-meanwhile"])
async def test_a_stuck_reader_does_not_delay_a_stop(
    desk: Desk, whatsapp: WhatsApp, marta: Browser, is_signed_out: bool
) -> None:
    """Nor does one whose sign-in has ended while nothing more could be said to it."""
    await with_small_buffers(desk)
    await whatsapp.says(ANA, LARGE)
    now = (await poll(marta, 0)).headers["x-live-cursor"]
    other = await desk.attendant(PAULO)
    async with (
        stuck_reader(other, f"/live?c={now}&t=inbox,conv:1") as stuck,
        listening(other, now) as quick,
        listening(marta, now, "inbox,conv:1") as stream,
    ):
        for _ in range(CHANGES):
            async with transaction() as session:
                announce(session, Change(EventKind.MESSAGE_CHANGED, 1, 1))
            await stream.next_news(within_seconds=5)
        if is_signed_out:
            async with transaction() as session:
                await session.execute(update(User).where(User.email == PAULO.email).values(is_active=False))
            assert (await quick.rest(within_seconds=8))[-1].event == "bye"
        stopping.set()
        async with patience(1):
            assert await is_hung_up(stuck)
