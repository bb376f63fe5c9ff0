"""A throw-away Redis (or Valkey) for tests, from the program that bin/test found (RECADO_REDIS_BIN)."""

import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from redis import Redis
from redis.exceptions import ConnectionError as NotThere
from redis.exceptions import RedisError

from tests.scratch import for_sockets

START_SECONDS = 20


@dataclass
class RedisServer:
    """One server on a Unix socket of its own, which can be killed and started again."""

    program: Path
    folder: Path
    process: "subprocess.Popen[bytes] | None" = field(default=None, repr=False)

    @property
    def address(self) -> str:
        return f"unix://{self.folder / 'redis.sock'}"

    def start(self) -> None:
        """Returns once it answers."""
        options = (
            "--port",
            "0",
            "--unixsocket",
            str(self.folder / "redis.sock"),
            "--save",
            "",
            "--dir",
            str(self.folder),
        )
        self.process = subprocess.Popen(
            [self.program, *options], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        with Redis.from_url(self.address) as client:
            for _ in range(START_SECONDS * 20):
                try:
                    client.ping()
                    return
                except (NotThere, RedisError):
                    assert self.process.poll() is None, "the Redis server did not start"
                    try:
                        self.process.wait(0.05)
                    except subprocess.TimeoutExpired:
                        continue
        raise AssertionError(f"the Redis server did not answer within {START_SECONDS} s")

    def kill(self) -> None:
        """Gone at once; whoever was connected finds out by himself."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.process = None


@contextmanager
def running_redis(program: Path) -> Iterator[RedisServer]:
    """Start an empty server, yield it, and delete everything at the end."""
    server = RedisServer(program, Path(tempfile.mkdtemp(prefix="recado-redis-", dir=for_sockets())))
    try:
        server.start()
        yield server
    finally:
        server.kill()
        shutil.rmtree(server.folder)
