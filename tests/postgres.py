"""A throw-away PostgreSQL server for tests, from the programs that bin/test found (RECADO_POSTGRES_BIN)."""

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote
from uuid import uuid4

import psycopg
from sqlalchemy.engine import make_url

from tests.scratch import for_sockets

SETTINGS = """
listen_addresses = ''
unix_socket_directories = '{folder}'
max_connections = 200
fsync = off
synchronous_commit = off
full_page_writes = off
timezone = 'UTC'
dynamic_shared_memory_type = mmap
"""


@dataclass
class PostgresServer:
    """One server on a Unix socket in its own folder, which can be killed and started again."""

    programs: Path
    folder: Path

    def __post_init__(self) -> None:
        self.owner = pwd.getpwnam("nobody") if os.geteuid() == 0 else None  # it refuses to run as root
        self.data = self.folder / "data"

    @property
    def address(self) -> str:
        """For SQLAlchemy."""
        return f"postgresql+psycopg://recado@/postgres?host={quote(str(self.folder))}"

    def run(self, program: str, *arguments: str | Path) -> None:
        subprocess.run(
            [self.programs / program, *arguments],
            user=self.owner and self.owner.pw_uid,
            group=self.owner and self.owner.pw_gid,
            extra_groups=[] if self.owner else None,
            cwd=self.folder,
            env={"PATH": os.environ["PATH"], "LC_ALL": "C"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,  # never a pipe: the server inherits it, and would keep it open
            check=True,
        )

    def make(self, settings: str) -> None:
        """An empty cluster; later settings overrule earlier ones."""
        if self.owner:
            os.chown(self.folder, self.owner.pw_uid, self.owner.pw_gid)
        self.run(
            "initdb", "-D", self.data, "-U", "recado", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync"
        )
        with (self.data / "postgresql.conf").open("a") as configuration:
            configuration.write(SETTINGS.format(folder=self.folder) + settings)

    def start(self) -> None:
        """Returns once it answers. After `kill` the last of its processes may hold the data for a moment longer."""
        for patience in range(20, -1, -1):
            try:
                self.run("pg_ctl", "-D", self.data, "-w", "-s", "-l", self.folder / "log", "start")
                return
            except subprocess.CalledProcessError:
                if not patience or not (self.data / "postmaster.pid").exists():
                    raise

    def stop(self) -> None:
        self.run("pg_ctl", "-D", self.data, "-w", "-s", "-m", "immediate", "stop")

    def kill(self) -> None:
        """The server and everything that works for it end here and now, by SIGKILL."""
        parent = int((self.data / "postmaster.pid").read_text().split("\n")[0])
        os.kill(parent, signal.SIGSTOP)  # so that it neither starts nor mourns anybody meanwhile
        everybody = subprocess.run(["ps", "-A", "-o", "pid=,ppid="], capture_output=True, check=True).stdout
        for child, its_parent in (map(int, line.split()) for line in everybody.splitlines()):
            if its_parent == parent:
                with suppress(ProcessLookupError):
                    os.kill(child, signal.SIGKILL)
        os.kill(parent, signal.SIGKILL)


@contextmanager
def running_postgres(programs: Path, settings: str = "") -> Iterator[PostgresServer]:
    """Start an empty server, yield it, stop it and delete everything at the end.

    Unless `settings` (lines of postgresql.conf) say otherwise, it forgets everything when the machine fails.
    """
    server = PostgresServer(programs, Path(tempfile.mkdtemp(prefix="recado-postgres-", dir=for_sockets())))
    try:
        server.make(settings)
        server.start()
        try:
            yield server
        finally:
            server.stop()
    finally:
        shutil.rmtree(server.folder)


@contextmanager
def one_database(server: str, template: str = "template1") -> Iterator[str]:
    """The address of one more database on this server: an empty one, or a copy of the one called `template`.

    It is dropped at the end, whoever may still be connected to it.
    """
    url, name = make_url(server), f"test_{uuid4().hex}"
    with connected(server) as connection:
        # Copying files is quicker than logging them, but only known since 15.
        how = "STRATEGY FILE_COPY" if connection.info.server_version >= 150_000 else ""
        connection.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}" {how}'.encode())
    try:
        yield url.set(database=name).render_as_string(hide_password=False)
    finally:
        with connected(server) as connection:
            connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)'.encode())


def connected(address: str) -> psycopg.Connection[Any]:
    """A connection of somebody else than the program; each statement is a transaction."""
    url = make_url(address).set(drivername="postgresql")
    return psycopg.connect(url.render_as_string(hide_password=False), autocommit=True)


def somebody_waits_for_a_lock(address: str) -> bool:
    """In this database, now."""
    waiting = "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
    with connected(address) as connection:
        return connection.execute(waiting.encode()).fetchone() is not None
