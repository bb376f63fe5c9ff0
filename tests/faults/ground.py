"""Where a fault happens: an engine, and fresh databases and folders on it."""

import os
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import ExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import uuid4

from app.migrate import migrate
from app.settings import database_address
from tests.postgres import one_database, running_postgres

ENGINES = ("sqlite", "postgres")


@dataclass(frozen=True)
class Ground:
    """`database()` gives the address of one more migrated, empty database."""

    engine: str
    folder: Path
    database: Callable[[], Awaitable[str]]

    def room(self) -> Path:
        """One more empty folder."""
        made = self.folder / uuid4().hex
        made.mkdir()
        return made


@asynccontextmanager
async def ground_on(engine: str) -> AsyncIterator[Ground]:
    """A throw-away server where there is need of one, from the programs that bin/faults found."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory()))

        async def migrated(address: str) -> str:
            await migrate(address)
            return address

        async def on_sqlite() -> str:
            return await migrated(database_address(f"sqlite:///{folder}/{uuid4().hex}.db"))

        if engine == "sqlite":
            yield Ground(engine, folder, on_sqlite)
            return
        server = stack.enter_context(running_postgres(Path(os.environ["RECADO_POSTGRES_BIN"])))

        async def on_postgres() -> str:
            return await migrated(stack.enter_context(one_database(server.address)))

        yield Ground(engine, folder, on_postgres)
