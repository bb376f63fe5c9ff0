"""Static files: for ever when the address carries the file's hash, asked again otherwise; texts kept packed in memory."""

import gzip
from contextlib import suppress
from dataclasses import dataclass
from email.utils import formatdate
from functools import lru_cache
from hashlib import sha256
from os import stat_result
from pathlib import Path
from stat import S_ISREG
from typing import Any

from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from app.settings import HOME

FOR_EVER = "public, max-age=31536000, immutable"
TEXTS = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}


class HashedFiles(StaticFiles):
    """A page loads three dozen small texts: packing each anew for each browser would cost more than the page."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        response: Any = self.text(path, scope) or await super().get_response(path, scope)
        is_named = b"v=" in scope.get("query_string", b"")
        response.headers["Cache-Control"] = FOR_EVER if is_named else "no-cache"
        return response  # type: ignore[no-any-return]

    def text(self, path: str, scope: Scope) -> Response | None:
        """The answer for one of `TEXTS`; None for whatever is left to the usual way."""
        if Path(path).suffix not in TEXTS or scope["method"] not in ("GET", "HEAD"):
            return None
        with suppress(OSError, ValueError):  # an impossible name: the usual way answers 404
            full_path, found = self.lookup_path(path)
            if found is not None and S_ISREG(found.st_mode):
                return answer(packed(full_path, found.st_mtime_ns), found, scope)
        return None


@dataclass(frozen=True)
class Packed:
    """A text as it lies on the disk, and gzipped."""

    media_type: str
    etag: str
    plain: bytes
    gzipped: bytes


@lru_cache(maxsize=200)
def packed(path: str, changed_at: int) -> Packed:
    """`changed_at`, in nanoseconds, is there so that a file that was edited is read again."""
    plain = Path(path).read_bytes()
    gzipped = gzip.compress(plain, compresslevel=9, mtime=0)
    return Packed(TEXTS[Path(path).suffix], f'"{sha256(plain).hexdigest()[:32]}"', plain, gzipped)


def answer(text: Packed, found: stat_result, scope: Scope) -> Response:
    """304 to a browser that has it; HEAD gets the same headers, its body is left out by the server."""
    asked = Headers(scope=scope)
    headers = {"ETag": text.etag, "Last-Modified": formatdate(found.st_mtime, usegmt=True)}
    known = [tag.strip().removeprefix("W/") for tag in asked.get("if-none-match", "").split(",")]
    if text.etag in known:
        return Response(status_code=304, headers=headers)
    if "gzip" in asked.get("accept-encoding", ""):
        headers |= {"Content-Encoding": "gzip", "Vary": "Accept-Encoding"}
        return Response(text.gzipped, media_type=text.media_type, headers=headers)
    return Response(text.plain, media_type=text.media_type, headers=headers)


async def favicon(request: Request) -> Response:
    """For browsers that ask without being told; the pages name the same picture themselves."""
    return FileResponse(HOME / "static" / "img" / "favicon.svg", media_type="image/svg+xml")
