"""A throw-away PostgreSQL server for tests, from the programs that bin/test found (RECADO_POSTGRES_BIN)."""

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote
from uuid import uuid4

import psycopg
from sqlalchemy.engine import make_url

SETTINGS = """
listen_addresses = ''
unix_socket_directories = '{folder}'
max_connections = 200
fsync = off
synchronous_commit = off
full_page_writes = off
timezone = 'UTC'
"""


@contextmanager
def running_postgres(programs: Path) -> Iterator[str]:
    """Start an empty server and yield its address for SQLAlchemy; stop it and delete everything at the end.

    It listens on a Unix socket in its own folder only, and forgets everything when the machine fails.
    """
    # Not $TMPDIR: a socket's path must be short, and `nobody` must be able to reach it.
    folder = Path(tempfile.mkdtemp(prefix="recado-postgres-", dir="/tmp"))
    owner = pwd.getpwnam("nobody") if os.geteuid() == 0 else None  # PostgreSQL refuses to run as root
    data = folder / "data"

    def run(program: str, *arguments: str | Path) -> None:
        subprocess.run(
            [programs / program, *arguments],
            user=owner and owner.pw_uid,
            group=owner and owner.pw_gid,
            extra_groups=[] if owner else None,
            cwd=folder,
            env={"PATH": os.environ["PATH"], "LC_ALL": "C"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,  # never a pipe: the server inherits it, and would keep it open
            check=True,
        )

    try:
        if owner:
            os.chown(folder, owner.pw_uid, owner.pw_gid)
        run("initdb", "-D", data, "-U", "recado", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync")
        with (data / "postgresql.conf").open("a") as configuration:
            configuration.write(SETTINGS.format(folder=folder))
        run("pg_ctl", "-D", data, "-w", "-s", "-l", folder / "log", "start")
        try:
            yield f"postgresql+psycopg://recado@/postgres?host={quote(str(folder))}"
        finally:
            run("pg_ctl", "-D", data, "-w", "-s", "-m", "immediate", "stop")
    finally:
        shutil.rmtree(folder)


def new_database(server: str, template: str = "template1") -> str:
    """The address of one more database on this server: an empty one, or a copy of the one called `template`."""
    url, name = make_url(server), f"test_{uuid4().hex}"
    with psycopg.connect(url.set(drivername="postgresql").render_as_string(), autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
    return url.set(database=name).render_as_string(hide_password=False)
