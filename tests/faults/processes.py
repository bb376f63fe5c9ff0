"""The program and its simulated WhatsApp as processes of their own, on fixed ports, so that one can be killed."""

import asyncio
import os
import signal
import socket
import sys
import time
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import anyio
import httpx2

from app.settings import HOME
from tests.actors import APP_SECRET, VERIFY_TOKEN, within
from tests.people import MARTA

RECOVERY_SECONDS = 30.0


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as found:
        return int(found.getsockname()[1])


@dataclass
class House:
    """One desk that dies and comes back. `lives` counts its starts, `recoveries` how long each took, in seconds."""

    database_url: str
    folder: Path
    environment: Mapping[str, str]
    address: str
    simulator: str
    http: httpx2.AsyncClient
    lives: int = 0
    recoveries: list[float] = field(default_factory=list)
    nursery: Process | None = None
    dying: "asyncio.Task[str] | None" = None
    _pid: int = 0
    _cold: Process | None = None

    @property
    def log(self) -> Path:
        return self.folder / "app.log"

    def read_log(self) -> str:
        return self.log.read_text()

    @property
    def send_log(self) -> Path:
        return self.folder / "sends.jsonl"

    async def start_to_die(self, wish: str) -> None:
        """Bring up a program that ends itself at the boundary of this wish; perhaps before it is ready."""
        began = time.monotonic()
        self._pid = int(await self.ask_nursery(f"start {wish}"))
        self.dying = asyncio.create_task(self.ask_nursery("reap"))
        self.lives += 1

        async def is_ready_or_dead() -> bool:
            assert self.dying is not None
            return self.dying.done() or await self.is_ready()

        await within(RECOVERY_SECONDS, is_ready_or_dead, what="recovery")
        if not self.dying.done():
            self.recoveries.append(time.monotonic() - began)

    async def death(self, within_seconds: float) -> bool:
        """Whether the program that was to die has; otherwise it is killed now."""
        assert self.dying is not None
        done, _ = await asyncio.wait({self.dying}, timeout=within_seconds)
        if not done:
            os.kill(self._pid, signal.SIGKILL)
            await self.dying
        self._pid, self.dying = 0, None
        return bool(done)

    async def start(self, *, cold: bool = False) -> None:
        """Bring the program up. `cold`: as an operator would, reading all the code again."""
        began = time.monotonic()
        if cold:
            server = ("-m", "uvicorn", "app.main:app", "--host", "127.0.0.1", "--no-access-log")
            port = self.address.rpartition(":")[2]
            self._cold = await self.process(*server, "--port", port, "--timeout-graceful-shutdown", "5")
            self._pid = self._cold.pid
        else:
            self._pid = int(await self.ask_nursery("start"))
        self.lives += 1
        await within(RECOVERY_SECONDS, self.is_ready, what="recovery")
        self.recoveries.append(time.monotonic() - began)

    async def kill(self) -> None:
        """The process ends here and now: nothing of it runs any more, not even its `finally`."""
        await self.end(signal.SIGKILL)

    async def end(self, by: signal.Signals) -> float:
        """Seconds until the process was gone."""
        began = time.monotonic()
        os.kill(self._pid, by)
        if self._cold is not None:
            await self._cold.wait()
            self._cold = None
        else:
            await self.ask_nursery("reap")
        self._pid = 0
        return time.monotonic() - began

    async def dies(self) -> None:
        """Until the process that was started cold has ended by itself, by SIGKILL at a boundary."""
        assert self._cold is not None
        with anyio.fail_after(RECOVERY_SECONDS):
            assert await self._cold.wait() == -signal.SIGKILL
        self._cold, self._pid = None, 0

    async def is_ready(self) -> bool:
        assert self._cold is None or self._cold.returncode is None, (
            f"it did not start: {self.log.read_text()[-2000:]}"
        )
        return await self.answers(f"{self.address}/readyz")

    async def answers(self, url: str) -> bool:
        with suppress(httpx2.HTTPError):
            return (await self.http.get(url)).status_code == 200
        return False

    async def ask_nursery(self, word: str) -> str:
        assert self.nursery is not None
        assert self.nursery.stdin is not None
        self.nursery.stdin.write(f"{word}\n".encode())
        return await self.nursery_says()

    async def nursery_says(self) -> str:
        assert self.nursery is not None
        assert self.nursery.stdout is not None
        return (await self.nursery.stdout.readline()).decode().strip()

    async def process(self, *arguments: str, listens: bool = False) -> Process:
        """Python with these arguments, its errors in the log. `listens`: we talk over its standard input and output."""
        with self.log.open("ab") as log:
            pipe = PIPE if listens else DEVNULL
            return await asyncio.create_subprocess_exec(
                sys.executable,
                *arguments,
                env=self.environment,
                cwd=HOME,
                stdin=pipe,
                stdout=pipe,
                stderr=log,
            )

    async def close(self) -> None:
        if self._pid and self.dying is None:
            with suppress(ProcessLookupError):
                await self.kill()
        elif self._pid:
            await self.death(0)


@asynccontextmanager
async def house(database_url: str, folder: Path, *, claude: bool = False) -> AsyncIterator[House]:
    """The simulator runs, the program is ready to be started; everything is gone at the end."""
    port, simulator_port = free_port(), free_port()
    address, simulator = f"http://127.0.0.1:{port}", f"http://127.0.0.1:{simulator_port}"
    environment = environment_for(database_url, address, simulator, folder / "media", claude=claude)
    async with AsyncExitStack() as stack:
        client = httpx2.AsyncClient(trust_env=False, verify=False, timeout=5)
        http = await stack.enter_async_context(client)
        built = House(database_url, folder, environment, address, simulator, http)
        webhook = ("--webhook-url", f"{address}/webhooks/whatsapp", "--send-log", str(built.send_log))
        playing = await built.process("-m", "app", "simulate", "--port", str(simulator_port), *webhook)
        stack.push_async_callback(gone, playing)
        more = ("--with-claude",) if claude else ()
        built.nursery = await built.process("-m", "tests.faults.nursery", str(port), *more, listens=True)
        stack.push_async_callback(gone, built.nursery)
        assert await built.nursery_says() == "ready", built.log.read_text()
        await within(
            RECOVERY_SECONDS, lambda: built.answers(f"{simulator}/control/state"), what="the simulator"
        )
        stack.push_async_callback(built.close)
        yield built


async def gone(process: Process) -> None:
    with suppress(ProcessLookupError):
        process.kill()
    with anyio.CancelScope(shield=True):
        await process.wait()


def environment_for(
    database_url: str, address: str, simulator: str, media: Path, *, claude: bool
) -> dict[str, str]:
    return dict(os.environ) | {
        "RECADO_ENV": "test",
        "DATABASE_URL": database_url,
        "SECRET_KEY": "s" * 40,
        "MEDIA_URL": media.as_uri(),
        "HOST": "127.0.0.1",
        "PORT": address.rpartition(":")[2],
        "ADMIN_EMAIL": MARTA.email,
        "ADMIN_PASSWORD": MARTA.password,
        "WHATSAPP_API_URL": simulator,
        "WHATSAPP_ACCESS_TOKEN": "simulated",
        "WHATSAPP_PHONE_NUMBER_ID": "100000000000001",
        "WHATSAPP_BUSINESS_ACCOUNT_ID": "200000000000001",
        "WHATSAPP_APP_SECRET": APP_SECRET,
        "WHATSAPP_VERIFY_TOKEN": VERIFY_TOKEN,
        "ANTHROPIC_BASE_URL": simulator,
        "ANTHROPIC_API_KEY": "simulated",
        "CLAUDE_ENABLED": str(claude).lower(),
        "CLAUDE_WAIT_SECONDS": "0.3",
    }
