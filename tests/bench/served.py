"""The program on one core with the benches' doors, on SQLite or on a Postgres that waits for its disk."""

import os
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from app.migrate import migrate
from app.settings import database_address
from app.simulator.serve import listening
from tests.actors import APP_SECRET, VERIFY_TOKEN
from tests.bench.arrival import process
from tests.postgres import one_database, running_postgres

DURABLE = "fsync = on\nsynchronous_commit = on\nfull_page_writes = on\n"  # tests do without


def engines() -> list[str]:
    """SQLite, and Postgres where RECADO_POSTGRES_BIN names its programs."""
    return ["sqlite", "postgres"] if os.environ.get("RECADO_POSTGRES_BIN") else ["sqlite"]


@contextmanager
def database(engine: str) -> Iterator[str]:
    if engine == "postgres":
        programs = Path(os.environ["RECADO_POSTGRES_BIN"])
        with running_postgres(programs, DURABLE) as running, one_database(running.address) as address:
            yield address
    else:
        with TemporaryDirectory() as folder:
            yield database_address(f"sqlite:///{Path(folder) / 'recado.db'}")


@dataclass(frozen=True)
class Served:
    address: str
    pid: int

    @property
    def megabytes(self) -> float:
        """What the process holds in memory now."""
        pages = int(Path(f"/proc/{self.pid}/statm").read_text().split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE") / 1024**2

    @property
    def processor_seconds(self) -> float:
        """What the process has used of its core so far."""
        used = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(used[11]) + int(used[12])) / os.sysconf("SC_CLK_TCK")


@asynccontextmanager
async def server(engine: str, **given: str) -> AsyncIterator[Served]:
    """The program with an empty database of its own; `given` are more of its environment."""
    with database(engine) as url:
        await migrate(url)
        async with serving(url, **given) as served:
            yield served


@asynccontextmanager
async def serving(url: str, **given: str) -> AsyncIterator[Served]:
    """The program on one core, us (and Postgres) on the others."""
    with listening() as free:
        port = free.getsockname()[1]
    environment = os.environ | {
        "RECADO_ENV": "test",
        "DATABASE_URL": url,
        "SECRET_KEY": "b" * 40,
        "WHATSAPP_APP_SECRET": APP_SECRET,
        "WHATSAPP_VERIFY_TOKEN": VERIFY_TOKEN,
        "WHATSAPP_API_URL": "http://127.0.0.1:9",
        "WHATSAPP_PHONE_NUMBER_ID": "100000000000001",
        "CLAUDE_ENABLED": "false",
        **given,
    }
    uvicorn = ["-m", "uvicorn", "tests.bench.doors:app", "--port", str(port), "--no-access-log"]
    uvicorn += ["--timeout-keep-alive", "600"]  # a line may rest for seconds before it sends something again
    cores = sorted(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else []
    try:
        if len(cores) > 1:
            os.sched_setaffinity(0, cores[:1])  # the child inherits it
        async with process(uvicorn, environment, port, "/healthz") as child:
            if len(cores) > 1:
                os.sched_setaffinity(0, cores[1:])
            yield Served(f"http://127.0.0.1:{port}", child.pid)
    finally:
        if len(cores) > 1:
            os.sched_setaffinity(0, cores)
