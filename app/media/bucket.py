"""Files in a bucket of S3 or Google Cloud Storage, so that processes on several machines see the same.

Keys and region come from the cloud's own variables or from the machine's identity there (docs/deploying.md).
"""

import asyncio
import shutil
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from functools import cached_property
from pathlib import Path
from tempfile import TemporaryDirectory, TemporaryFile, gettempdir
from typing import TYPE_CHECKING, BinaryIO, cast

from app.media.store import PIECE, Part, Store

if TYPE_CHECKING:
    from obstore.store import ObjectStore


class Bucket(Store):
    """`url`: s3://bucket/prefix or gs://bucket/prefix. A file comes in by the machine's own temporary disk, where it is
    verified before the bucket gets it: an object is there whole, or not at all."""

    def __init__(self, url: str) -> None:
        self.url = url

    @cached_property
    def _bucket(self) -> "ObjectStore":
        """Loads the library, so the first to ask is a thread."""
        from obstore.store import from_url

        return from_url(self.url)

    async def _opened(self) -> "ObjectStore":
        return await asyncio.to_thread(lambda: self._bucket)

    def has_room(self) -> bool:
        return shutil.disk_usage(gettempdir()).free > self.low_water_bytes

    async def begin(self, stored_as: str) -> Part:
        return Part(cast(BinaryIO, await asyncio.to_thread(TemporaryFile, prefix="recado-")))

    async def keep(self, part: Part, stored_as: str) -> None:
        bucket = await self._opened()
        from obstore import put_async

        await asyncio.to_thread(part.file.seek, 0)
        await put_async(bucket, stored_as, part.file)  # in parts, when it is large

    async def size(self, stored_as: str) -> int | None:
        return await asyncio.to_thread(self._size, stored_as)

    def _size(self, stored_as: str) -> int | None:
        from obstore.exceptions import NotFoundError

        try:
            return int(self._bucket.head(stored_as)["size"])
        except (FileNotFoundError, NotFoundError):
            return None

    async def pieces(self, stored_as: str, start: int, bytes_: int) -> AsyncIterator[bytes]:
        bucket = await self._opened()
        from obstore import get_async
        from obstore.exceptions import NotFoundError

        if not bytes_:
            return
        try:
            answer = await get_async(bucket, stored_as, options={"range": (start, start + bytes_)})
        except NotFoundError as gone:
            raise FileNotFoundError(stored_as) from gone
        async for piece in answer.stream(min_chunk_size=PIECE):
            yield bytes(piece)

    @asynccontextmanager
    async def lent(self, stored_as: str) -> AsyncIterator[Path]:
        bytes_ = await self.size(stored_as)
        if bytes_ is None:
            raise FileNotFoundError(stored_as)
        with TemporaryDirectory(prefix="recado-", ignore_cleanup_errors=True) as folder:
            path = Path(folder) / "lent"
            with await asyncio.to_thread(path.open, "xb") as copy:
                async for piece in self.pieces(stored_as, 0, bytes_):
                    await asyncio.to_thread(copy.write, piece)
            yield path

    def names(self) -> list[tuple[str, float]]:
        pages = self._bucket.list()
        return [(one["path"], one["last_modified"].timestamp()) for page in pages for one in page]

    def has(self, stored_as: str) -> bool:
        return self._size(stored_as) is not None

    def remove(self, names: Iterable[str]) -> None:
        from obstore.exceptions import NotFoundError

        for name in names:
            try:
                self._bucket.delete(name)
            except (FileNotFoundError, NotFoundError):
                continue
