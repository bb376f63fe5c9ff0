"""Where files are kept: a folder, or a bucket of S3 or Google Cloud Storage. A file appears there whole, under a name
drawn by us, or not at all."""

import asyncio
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Iterable
from contextlib import AbstractAsyncContextManager
from hashlib import sha256
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Self

from app.media.sniffing import ENOUGH

LOW_WATER_BYTES = 256 * 1024 * 1024  # above the database's own mark: media wait first
PART, PREVIEW = ".part", ".preview"
AT_ONCE = 1024 * 1024
PIECE = 256 * 1024  # handed out at once


def preview_of(stored_as: str) -> str:
    """The name of the small picture that belongs to this file."""
    return stored_as + PREVIEW


class Store(ABC):
    """What is not `async` here waits for a disk or the network: ask it from a thread."""

    low_water_bytes = LOW_WATER_BYTES

    @abstractmethod
    def has_room(self) -> bool:
        """Whether the disk that files come in by is above its low-water mark for media."""

    @abstractmethod
    async def begin(self, stored_as: str) -> "Part":
        """A file that comes in; each attempt has one of its own, so that two never write the same."""

    @abstractmethod
    async def keep(self, part: "Part", stored_as: str) -> None:
        """Make it durable under its final name; what lay there is replaced."""

    @abstractmethod
    async def size(self, stored_as: str) -> int | None:
        """Bytes of what lies under this name; None when nothing does."""

    @abstractmethod
    def pieces(self, stored_as: str, start: int, bytes_: int) -> AsyncIterator[bytes]:
        """So many bytes from `start` on, as they come; never the whole file in memory. FileNotFoundError when it is gone."""

    @abstractmethod
    def lent(self, stored_as: str) -> AbstractAsyncContextManager[Path]:
        """A file on our disk to read, for as long as the block lasts; raises FileNotFoundError when it is not there."""

    @abstractmethod
    def names(self) -> list[tuple[str, float]]:
        """Every file and when it was last written, in unix seconds."""

    @abstractmethod
    def has(self, stored_as: str) -> bool: ...

    @abstractmethod
    def remove(self, names: Iterable[str]) -> None:
        """What is not there is no fault."""

    async def put(self, stored_as: str, content: bytes) -> None:
        """A small file at once; one of that name is replaced."""
        async with await self.begin(stored_as) as part:
            await part.write(content)
            await part.flush()
            await self.keep(part, stored_as)

    async def found(self, stored_as: str) -> "Contents | None":
        """What lies under this name: a crash may have come between the name and the row. None when nothing does."""
        bytes_ = await self.size(stored_as)
        if bytes_ is None:
            return None
        contents = Contents()
        async for piece in self.pieces(stored_as, 0, bytes_):
            await asyncio.to_thread(contents.take, piece)
        return contents


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
    """A file on its way in. Whatever ends the block before it is kept takes the file away. `path`: None when it has no name."""

    def __init__(self, file: BinaryIO, path: Path | None = None) -> None:
        self.file = file
        self.path = path
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
        if self.path is not None:
            self.path.unlink(missing_ok=True)
