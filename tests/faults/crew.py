"""Two web processes and two workers on one Postgres, with a bus between them and WhatsApp beside them."""

import asyncio
import os
import signal
import sys
import time
from asyncio.subprocess import DEVNULL, Process
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import httpx2

from app.settings import HOME
from tests.actors import within
from tests.faults.processes import environment_for, free_port, gone

WEB = (
    "-m",
    "uvicorn",
    "app.main:app",
    "--host",
    "127.0.0.1",
    "--no-access-log",
    "--timeout-graceful-shutdown",
    "5",
)
WORKER = ("-m", "app", "worker")
START_SECONDS = 120.0  # four at once on a busy machine; what a recovery may take is judged by the result
WORKS = '"message": "the worker works"'


@dataclass
class Member:
    """One process. `address` is empty for a worker; `recoveries` and `endings` are in seconds."""

    arguments: tuple[str, ...]
    environment: Mapping[str, str]
    log: Path
    address: str
    http: httpx2.AsyncClient
    process: Process | None = None
    recoveries: list[float] = field(default_factory=list)
    endings: list[float] = field(default_factory=list)
    _lives_before: int = 0

    async def start(self) -> None:
        """Returns once it takes work."""
        began, self._lives_before = time.monotonic(), self._times_at_work()
        with self.log.open("ab") as log:
            self.process = await asyncio.create_subprocess_exec(
                sys.executable, *self.arguments, env=self.environment, cwd=HOME,
                stdin=DEVNULL, stdout=DEVNULL, stderr=log,
            )  # fmt: skip
        await within(START_SECONDS, self.is_ready, what=f"the start of {self.log.stem}")
        self.recoveries.append(time.monotonic() - began)

    async def is_ready(self) -> bool:
        assert self.process is not None
        assert self.process.returncode is None, f"it did not start: {self.log.read_text()[-2000:]}"
        if not self.address:
            return self._times_at_work() > self._lives_before
        with suppress(httpx2.HTTPError):
            return (await self.http.get(f"{self.address}/readyz")).status_code == 200
        return False

    def _times_at_work(self) -> int:
        return self.log.read_text().count(WORKS) if self.log.exists() else 0

    async def end(self, by: signal.Signals) -> None:
        assert self.process is not None
        began = time.monotonic()
        self.process.send_signal(by)
        await self.process.wait()
        self.endings.append(time.monotonic() - began)

    def tell(self, what: signal.Signals) -> None:
        assert self.process is not None
        self.process.send_signal(what)


@dataclass
class Crew:
    """Everything that runs. The simulator brings its webhooks to the first web process."""

    database_url: str
    folder: Path
    simulator: str
    webs: list[Member]
    workers: list[Member]

    @property
    def members(self) -> list[Member]:
        return [*self.webs, *self.workers]

    @property
    def send_log(self) -> Path:
        return self.folder / "sends.jsonl"

    @property
    def recoveries(self) -> list[float]:
        return [span for member in self.members for span in member.recoveries]

    def read_log(self) -> str:
        return "".join(member.log.read_text() for member in self.members)

    async def end(self, by: signal.Signals) -> float:
        """Seconds until all were gone."""
        began = time.monotonic()
        await asyncio.gather(*(member.end(by) for member in self.members))
        return time.monotonic() - began


@asynccontextmanager
async def crew(database_url: str, folder: Path, bus_url: str, *, claude: bool = True) -> AsyncIterator[Crew]:
    """All four run; whatever still does at the end is killed."""
    simulator_port, ports = free_port(), (free_port(), free_port())
    addresses = [f"http://127.0.0.1:{port}" for port in ports]
    simulator = f"http://127.0.0.1:{simulator_port}"
    async with AsyncExitStack() as stack:
        http = await stack.enter_async_context(httpx2.AsyncClient(trust_env=False, verify=False, timeout=5))

        def member(name: str, arguments: tuple[str, ...], address: str) -> Member:
            apart = {"RECADO_JOBS": "apart", "BUS_URL": bus_url}
            at, media = address or addresses[0], folder / "media"
            environment = environment_for(database_url, at, simulator, media, claude=claude) | apart
            return Member(arguments, environment, folder / f"{name}.log", address, http)

        built = Crew(
            database_url,
            folder,
            simulator,
            [member(f"web-{n}", (*WEB, "--port", str(ports[n])), addresses[n]) for n in range(2)],
            [member(f"worker-{n}", WORKER, "") for n in range(2)],
        )
        playing = await simulating(built, simulator_port, f"{addresses[0]}/webhooks/whatsapp")
        stack.push_async_callback(gone, playing)
        for one in built.members:
            stack.push_async_callback(kill, one)
        await within(START_SECONDS, lambda: answers(http, f"{simulator}/control/state"), what="the simulator")
        await asyncio.gather(*(one.start() for one in built.members))
        yield built


async def simulating(built: Crew, port: int, webhook_url: str) -> Process:
    environment = {**os.environ, **built.webs[0].environment}
    return await asyncio.create_subprocess_exec(
        sys.executable, "-m", "app", "simulate", "--port", str(port), "--webhook-url", webhook_url,
        "--send-log", str(built.send_log), env=environment, cwd=HOME, stdin=DEVNULL, stdout=DEVNULL,
    )  # fmt: skip


async def answers(http: httpx2.AsyncClient, url: str) -> bool:
    with suppress(httpx2.HTTPError):
        return (await http.get(url)).status_code == 200
    return False


async def kill(member: Member) -> None:
    if member.process is not None and member.process.returncode is None:
        await gone(member.process)
