"""Static files: kept for ever under the release they belong to, asked again otherwise; texts are kept packed in memory.

A style that imports others of its folder is handed out with them in it: one file packs far better than forty.
"""

import gzip
import re
from contextlib import suppress
from dataclasses import dataclass
from email.utils import formatdate
from functools import cache, lru_cache
from hashlib import sha256
from os import stat_result
from pathlib import Path
from posixpath import dirname, join, normpath
from stat import S_ISREG
from typing import Any
from urllib.parse import quote

from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from app.settings import HOME

STATIC = HOME / "static"
FOR_EVER = "public, max-age=31536000, immutable"
TEXTS = {
    ".css": "text/css",
    ".js": "text/javascript",
    ".json": "application/json",
    ".svg": "image/svg+xml",
    ".webmanifest": "application/manifest+json",
}


IMPORTED_STYLE = re.compile(r'^@import "\./([^"/]+\.css)";\n', re.M)
STYLE_COMMENT = re.compile(r"/\*.*?\*/\s*", re.S)
SCRIPT_COMMENT = re.compile(r"^ *//.*$| +// .*$", re.M)
INDENT = re.compile(r"^ +", re.M)
RELEASE = re.compile(r"[0-9a-f]{12}")
IMPORTED = re.compile(r'^import (?:[^"]* from )?"(\.[^"]+)"', re.M)


@cache
def static_release() -> str:
    """The first digits of a hash over all static files: the folder in their addresses, so that whatever they name
    relatively (a module its imports, a style its pictures) is of the same release and kept for ever too."""
    files = sorted(path for path in STATIC.rglob("*") if path.is_file())
    told = (f"{path.relative_to(STATIC).as_posix()}\n".encode() + path.read_bytes() for path in files)
    return sha256(b"\n".join(told)).hexdigest()[:12]


def static_url(path: str) -> str:
    return f"/static/{static_release()}/{quote(path)}"


@cache
def modules_of(path: str) -> tuple[str, ...]:
    """What a module imports, directly or not: a page that names it all loads it at once, not one after the other."""
    found: list[str] = []
    waiting = [path]
    while waiting:
        one = waiting.pop()
        for named in IMPORTED.findall((STATIC / one).read_text(encoding="utf-8")):
            imported = normpath(join(dirname(one), named))
            if imported not in found and imported != path:
                found.append(imported)
                waiting.append(imported)
    return tuple(found)


@cache
def modules_later(path: str, first: str) -> tuple[str, ...]:
    """A module, and what it imports that the first one of the page has not loaded already."""
    here = (first, *modules_of(first))
    return tuple(one for one in (path, *modules_of(path)) if one not in here)


class ReleasedFiles(StaticFiles):
    """A page loads three dozen small texts: packing each anew for each browser would cost more than the page."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        first, *rest = Path(path).parts or ("",)
        if rest and RELEASE.fullmatch(first):
            path = str(Path(*rest))
        response: Any = self.text(path, scope) or await super().get_response(path, scope)
        response.headers["Cache-Control"] = FOR_EVER if first == static_release() else "no-cache"
        return response  # type: ignore[no-any-return]

    def text(self, path: str, scope: Scope) -> Response | None:
        """The answer for one of `TEXTS`; None for whatever is left to the usual way."""
        if Path(path).suffix not in TEXTS or scope["method"] not in ("GET", "HEAD"):
            return None
        with suppress(OSError, ValueError):  # an impossible name: the usual way answers 404
            full_path, found = self.lookup_path(path)
            if found is not None and S_ISREG(found.st_mode):
                return answer(packed(full_path, newest_change(Path(full_path))), found, scope)
        return None


@dataclass(frozen=True)
class Packed:
    """A text as it lies on the disk, and gzipped."""

    media_type: str
    etag: str
    plain: bytes
    gzipped: bytes


def styles_in(path: Path) -> list[Path]:
    """The styles that a style imports, in their order; none for any other file."""
    if path.suffix != ".css":
        return []
    return [path.parent / name for name in IMPORTED_STYLE.findall(path.read_text(encoding="utf-8"))]


def newest_change(path: Path) -> int:
    """When a text, or what it imports, was last written, in nanoseconds."""
    return max(one.stat().st_mtime_ns for one in (path, *styles_in(path)))


def whole(path: Path) -> bytes:
    """A text as it is handed out: a style that imports others with them in their places, what is ours without comments.

    A script keeps its lines, so that the browser's faults name those of the file.
    """
    if path.is_relative_to(STATIC / "js"):
        return INDENT.sub("", SCRIPT_COMMENT.sub("", path.read_text(encoding="utf-8"))).encode()
    if not styles_in(path):
        return path.read_bytes()
    text = IMPORTED_STYLE.sub(
        lambda found: (path.parent / found[1]).read_text(encoding="utf-8"), path.read_text(encoding="utf-8")
    )
    return INDENT.sub("", STYLE_COMMENT.sub("", text)).encode()


@lru_cache(maxsize=200)
def packed(path: str, changed_at: int) -> Packed:
    """`changed_at`, in nanoseconds, is there so that what was edited is read again."""
    plain = whole(Path(path))
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
    return FileResponse(STATIC / "img" / "favicon.svg", media_type="image/svg+xml")


async def service_worker(request: Request) -> Response:
    """At the root, so that it may serve every page; browsers ask again whether it is still the same."""
    headers = {"Cache-Control": "no-cache"}
    return FileResponse(STATIC / "js" / "service_worker.js", media_type="text/javascript", headers=headers)
