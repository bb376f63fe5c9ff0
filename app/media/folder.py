"""Files in a folder of our own: proven to survive a crash at any moment (tests/media/test_crashes.py)."""

import asyncio
import os
import shutil
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager, suppress
from io import BufferedReader
from pathlib import Path
from uuid import uuid4

from app.media.store import LOW_WATER_BYTES, PART, PIECE, Part, Store


class Folder(Store):
    """Made when the first file comes."""

    def __init__(self, folder: Path, low_water_bytes: int = LOW_WATER_BYTES) -> None:
        self.folder = folder
        self.low_water_bytes = low_water_bytes

    def path_of(self, stored_as: str) -> Path:
        return self.folder / stored_as

    def has_room(self) -> bool:
        there = next(one for one in (self.folder, *self.folder.parents) if one.exists())
        return shutil.disk_usage(there).free > self.low_water_bytes

    async def begin(self, stored_as: str) -> Part:
        return await asyncio.to_thread(self._begin, stored_as)

    def _begin(self, stored_as: str) -> Part:
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        path = self.folder / f"{stored_as}.{uuid4().hex[:12]}{PART}"
        return Part(path.open("xb"), path)

    async def keep(self, part: Part, stored_as: str) -> None:
        """The bytes, then the name, then the folder that holds the name."""
        await asyncio.to_thread(self._keep, part, stored_as)

    def _keep(self, part: Part, stored_as: str) -> None:
        assert part.path is not None  # noqa: S101 - `begin` gave it one
        part.file.flush()
        os.fsync(part.file.fileno())
        part.file.close()
        os.replace(part.path, self.path_of(stored_as))
        sync_folder(self.folder)

    async def size(self, stored_as: str) -> int | None:
        return await asyncio.to_thread(self._size, stored_as)

    def _size(self, stored_as: str) -> int | None:
        with suppress(FileNotFoundError):
            return self.path_of(stored_as).stat().st_size
        return None

    async def pieces(self, stored_as: str, start: int, bytes_: int) -> AsyncIterator[bytes]:
        file = await opened(self.path_of(stored_as))
        try:
            await asyncio.to_thread(file.seek, start)
            while bytes_ > 0 and (piece := await asyncio.to_thread(file.read, min(PIECE, bytes_))):
                bytes_ -= len(piece)
                yield piece
        finally:
            file.close()

    @asynccontextmanager
    async def lent(self, stored_as: str) -> AsyncIterator[Path]:
        if not await asyncio.to_thread(self.has, stored_as):
            raise FileNotFoundError(stored_as)
        yield self.path_of(stored_as)

    def names(self) -> list[tuple[str, float]]:
        found = []
        with suppress(FileNotFoundError), os.scandir(self.folder) as entries:
            for entry in entries:
                with suppress(FileNotFoundError):  # a part that became whole meanwhile
                    found += [(entry.name, entry.stat().st_mtime)] if entry.is_file() else []
        return found

    def has(self, stored_as: str) -> bool:
        return self.path_of(stored_as).is_file()

    def remove(self, names: Iterable[str]) -> None:
        for name in names:
            self.path_of(name).unlink(missing_ok=True)


def sync_folder(folder: Path) -> None:
    """Have the names in a folder survive a power cut; Windows opens no folders and needs none of this."""
    with suppress(PermissionError):
        opened = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(opened)
        finally:
            os.close(opened)


async def opened(path: Path) -> BufferedReader:
    """For reading. Who is cancelled meanwhile, for the browser has left, leaves nothing open behind."""
    opening = asyncio.ensure_future(asyncio.to_thread(path.open, "rb"))
    try:
        return await asyncio.shield(opening)
    except asyncio.CancelledError:
        opening.add_done_callback(lambda done: None if done.exception() else done.result().close())
        raise
