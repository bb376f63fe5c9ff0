"""The folder that keeps the files. A file appears there whole, under a name drawn by us, or not at all."""

import asyncio
import os
import shutil
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager, suppress
from hashlib import sha256
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Self
from uuid import uuid4

from app.media.sniffing import ENOUGH

LOW_WATER_BYTES = 256 * 1024 * 1024  # above the database's own mark: media wait first
PART, PREVIEW = ".part", ".preview"
AT_ONCE = 1024 * 1024


def preview_of(stored_as: str) -> str:
    """The name of the small picture that belongs to this file."""
    return stored_as + PREVIEW


class Store:
    """A folder of our own, made when the first file comes."""

    def __init__(self, folder: Path, low_water_bytes: int = LOW_WATER_BYTES) -> None:
        self.folder = folder
        self.low_water_bytes = low_water_bytes

    def path_of(self, stored_as: str) -> Path:
        return self.folder / stored_as

    @asynccontextmanager
    async def lent(self, stored_as: str) -> AsyncIterator[Path]:
        """The file as one to read, for as long as the block lasts; raises FileNotFoundError when it is not there."""
        path = self.path_of(stored_as)
        if not await asyncio.to_thread(path.is_file):
            raise FileNotFoundError(stored_as)
        yield path

    async def put(self, stored_as: str, content: bytes) -> None:
        """A small file at once; one of that name is replaced."""
        async with await self.begin(stored_as) as part:
            await part.write(content)
            await part.flush()
            await self.keep(part, stored_as)

    def has_room(self) -> bool:
        """Whether the disk is above its low-water mark for media."""
        there = next(one for one in (self.folder, *self.folder.parents) if one.exists())
        return shutil.disk_usage(there).free > self.low_water_bytes

    async def begin(self, stored_as: str) -> "Part":
        """A file that comes in; each attempt has one of its own, so that two never write the same."""
        return await asyncio.to_thread(self._begin, stored_as)

    def _begin(self, stored_as: str) -> "Part":
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        path = self.folder / f"{stored_as}.{uuid4().hex[:12]}{PART}"
        return Part(path, path.open("xb"))

    async def keep(self, part: "Part", stored_as: str) -> None:
        """Make it durable under its final name: the bytes, then the name, then the folder that holds the name."""
        await asyncio.to_thread(self._keep, part, stored_as)

    def _keep(self, part: "Part", stored_as: str) -> None:
        part.file.flush()
        os.fsync(part.file.fileno())
        part.file.close()
        os.replace(part.path, self.path_of(stored_as))
        sync_folder(self.folder)

    async def found(self, stored_as: str) -> "Contents | None":
        """What lies under this name: a crash may have come between the name and the row. None when nothing does."""
        return await asyncio.to_thread(self._found, stored_as)

    def _found(self, stored_as: str) -> "Contents | None":
        try:
            with self.path_of(stored_as).open("rb") as file:
                contents = Contents()
                while chunk := file.read(AT_ONCE):
                    contents.take(chunk)
                return contents
        except FileNotFoundError:
            return None

    def names(self) -> list[tuple[str, float]]:
        """Every file and when it was last written, in unix seconds; nothing while there is no folder."""
        found = []
        with suppress(FileNotFoundError), os.scandir(self.folder) as entries:
            for entry in entries:
                with suppress(FileNotFoundError):  # a part that became whole meanwhile
                    found += [(entry.name, entry.stat().st_mtime)] if entry.is_file() else []
        return found

    def remove(self, names: Iterable[str]) -> None:
        for name in names:
            self.path_of(name).unlink(missing_ok=True)


class Contents:
    """What has been read so far: how many bytes, their hash, the first of them."""

    def __init__(self) -> None:
        self.bytes = 0
        self.head = b""
        self._hash = sha256()

    def take(self, chunk: bytes) -> None:
        self.bytes += len(chunk)
        self._hash.update(chunk)
        if len(self.head) < ENOUGH:
            self.head += chunk[: ENOUGH - len(self.head)]

    @property
    def sha256(self) -> str:
        return self._hash.hexdigest()


class Part:
    """A file on its way in. Whatever ends the block before it is kept takes the file away."""

    def __init__(self, path: Path, file: BinaryIO) -> None:
        self.path = path
        self.file = file
        self.contents = Contents()
        self._waiting = bytearray()

    async def write(self, chunk: bytes) -> None:
        self._waiting += chunk
        if len(self._waiting) >= AT_ONCE:
            await self.flush()

    async def flush(self) -> None:
        waiting, self._waiting = bytes(self._waiting), bytearray()
        await asyncio.to_thread(self._write, waiting)

    def _write(self, chunk: bytes) -> None:
        self.file.write(chunk)
        self.contents.take(chunk)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.file.close()
        self.path.unlink(missing_ok=True)


def sync_folder(folder: Path) -> None:
    """Have the names in a folder survive a power cut; Windows opens no folders and needs none of this."""
    with suppress(PermissionError):
        opened = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(opened)
        finally:
            os.close(opened)
