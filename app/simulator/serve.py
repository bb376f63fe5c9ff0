"""Runs the simulator on a loopback port: as a process, or inside a running event loop."""

import asyncio
import socket
import sys
from collections.abc import AsyncIterator, Coroutine, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from typing import Any

import uvicorn
from starlette.types import ASGIApp
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from app.simulator.app import create_simulator
from app.simulator.config import SimulatorConfig
from app.simulator.cutting import CuttableProtocol
from app.simulator.world import World

# Longer than a client keeps an idle connection: one closed just as it is used would make a send unknown.
KEEP_ALIVE_SECONDS = 60
CONNECTION_TURNS = 3  # of the event loop until a server knows whom it accepted; closing takes fewer


class _GuestServer(uvicorn.Server):
    """A server inside somebody else's program, whose signals are not ours to catch. It leaves as soon as it is told."""

    def __init__(self, settings: uvicorn.Config) -> None:
        super().__init__(settings)
        self.is_up = asyncio.Event()
        self.may_leave = asyncio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.is_up.set()

    async def main_loop(self) -> None:
        while not self.may_leave.is_set():
            await self.on_tick(0)  # renews the date that answers carry
            with suppress(TimeoutError):
                await asyncio.wait_for(self.may_leave.wait(), timeout=1)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        for server in self.servers:
            await stop_listening(server)
        for listener in sockets or []:
            listener.close()
        for connection in list(self.server_state.connections):
            connection.shutdown()
        under_way = self.server_state.tasks
        if under_way:
            await asyncio.wait(under_way, timeout=self.config.timeout_graceful_shutdown)
        for task in list(under_way):
            task.cancel()
        await self.lifespan.shutdown()
        for connection in list(self.server_state.connections):
            connection.transport.abort()
        await _few_turns()  # until they are closed: the loop may end after us

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def _not_after(has_left: asyncio.Event, protocol: type[HttpToolsProtocol]) -> type[HttpToolsProtocol]:
    """This protocol, but whoever is accepted once the server has left is hung up on: it would look after nobody."""

    class NotAfter(protocol):  # type: ignore[valid-type, misc]
        def connection_made(self, transport: asyncio.Transport) -> None:
            super().connection_made(transport)
            if has_left.is_set():
                transport.abort()

    return NotAfter


async def stop_listening(server: asyncio.Server) -> None:
    """Accept nobody any more, and let the server know those accepted a moment ago before it is closed.

    asyncio neither serves nor closes a connection that it hands to a server closed meanwhile.
    """
    with suppress(NotImplementedError):  # Windows listens in another way
        for listener in server.sockets:
            asyncio.get_running_loop().remove_reader(listener.fileno())
    await _few_turns()
    server.close()


async def _few_turns() -> None:
    for _ in range(CONNECTION_TURNS):
        await asyncio.sleep(0)


def run(config: SimulatorConfig, port: int) -> None:
    """Serve until interrupted."""
    world = World(config)
    world.base_url = f"http://127.0.0.1:{port}"
    uvicorn.run(
        create_simulator(config, world),
        host="127.0.0.1",
        port=port,
        http=CuttableProtocol,
        timeout_keep_alive=KEEP_ALIVE_SECONDS,
        log_level="warning",
    )


@asynccontextmanager
async def running(
    config: SimulatorConfig, *, world: World | None = None, port: int = 0
) -> AsyncIterator[tuple[World, str]]:
    """The simulator on a free port of this event loop, while the block lasts. Gives its base URL."""
    world = world or World(config)
    with listening(port) as listener:
        world.base_url = address_of(listener)
        simulator = create_simulator(config, world)
        async with served(simulator, listener, http=CuttableProtocol):
            yield world, world.base_url


def listening(port: int = 0) -> socket.socket:
    """A loopback socket, open before anybody serves on it, so that its port is known; 0 takes a free one."""
    # Named as TCP: only then does asyncio send small answers at once. Otherwise each waits 40 ms for an acknowledgement.
    made = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    if sys.platform != "win32":
        made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    made.bind(("127.0.0.1", port))
    made.listen(512)
    return made


def address_of(listener: socket.socket) -> str:
    return f"http://127.0.0.1:{listener.getsockname()[1]}"


@asynccontextmanager
async def served(app: ASGIApp, listener: socket.socket, **settings: Any) -> AsyncIterator[None]:
    """Any application on `listener`, inside this event loop, while the block lasts."""
    usual: dict[str, Any] = {
        "http": HttpToolsProtocol,
        "log_config": None,
        "access_log": False,
        "timeout_graceful_shutdown": 1,
        "timeout_keep_alive": KEEP_ALIVE_SECONDS,
    }
    settings = usual | settings
    server = _GuestServer(uvicorn.Config(app, **settings))
    server.config.http = _not_after(server.may_leave, settings["http"])
    task = asyncio.create_task(server.serve([listener]))
    try:
        await _either(server.is_up.wait(), task)
        yield
    finally:
        server.may_leave.set()
        await task


async def _either(started: Coroutine[None, None, object], serving: asyncio.Task[None]) -> None:
    """Until the server listens; raises what made it stop before that."""
    waiting = asyncio.ensure_future(started)
    await asyncio.wait({waiting, serving}, return_when=asyncio.FIRST_COMPLETED)
    if not waiting.done():
        waiting.cancel()
        serving.result()
