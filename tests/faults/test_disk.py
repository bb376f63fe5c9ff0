"""A disk that is full: never a false 200, what is there can be read, and it recovers by itself."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest

from app.health import LOW_WATER_BYTES
from app.settings import database_address
from tests.actors import Desk, running_desk
from tests.engines import only_on
from tests.people import ANA, BRUNO
from tests.whatsapp.bodies import written

SIZE = LOW_WATER_BYTES + 24 * 1024 * 1024

pytestmark = only_on("sqlite")


@pytest.fixture
def disk(tmp_path: Path, database_url: str) -> Iterator[Path]:
    """A small disk of its own in memory, with an empty database on it; only the system's root may have one."""
    if sys.platform != "linux" or os.geteuid() != 0:
        pytest.skip(
            "only root may mount a small disk; a limit on the file plays it in test_webhook_outages.py"
        )
    folder = tmp_path / "disk"
    folder.mkdir()
    made = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={SIZE}", "tmpfs", folder], check=False)
    if made.returncode:
        pytest.skip("this machine lets nobody mount a disk")
    shutil.copy(database_url.removeprefix("sqlite+aiosqlite:///"), folder / "recado.db")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", folder], check=True)


async def ready(desk: Desk) -> tuple[int, dict[str, bool]]:
    async with httpx2.AsyncClient(base_url=desk.address, trust_env=False) as platform:
        answer = await platform.get("/readyz")
        return answer.status_code, answer.json()


def fill(disk: Path) -> Path:
    """A file that takes what room there is."""
    filler = disk / "filler"
    with filler.open("wb", buffering=0) as file:
        for size in (1024 * 1024, 4096, 1):
            try:
                while True:
                    file.write(b"\0" * size)
            except OSError:
                continue
    return filler


async def test_a_full_disk_is_503_and_not_ready_until_there_is_room_again(disk: Path) -> None:
    async with running_desk(database_address(f"sqlite:///{disk / 'recado.db'}")) as desk:
        await desk.whatsapp.says(ANA, "Antes")
        assert await ready(desk) == (200, {"database": True, "schema": True, "disk": True, "intake": True})
        filler = fill(disk)
        large, small = written("w1", "x" * 900_000, BRUNO), written("w2", "pequena", BRUNO)
        assert [await desk.whatsapp.posts(large) for _ in range(3)] == [503] * 3
        status, checks = await ready(desk)
        assert (status, checks["disk"]) == (503, False)
        assert [row.preview for row in await desk.marta.rows()] == ["Antes"]
        filler.unlink()
        assert [await desk.whatsapp.posts(body) for body in (large, small, large)] == [200] * 3
        assert (await ready(desk))[0] == 200
        assert (await desk.marta.row_of(BRUNO.name)).unread == 2
