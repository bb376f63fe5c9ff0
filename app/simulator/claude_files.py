"""Pictures and documents as Claude's API takes them, and what they count for."""

from base64 import b64decode
from binascii import Error as NotBase64
from typing import Any

Body = dict[str, Any]
_BEGINNINGS = {
    "image/jpeg": (b"\xff\xd8\xff",),
    "image/png": (b"\x89PNG\r\n\x1a\n",),
    "image/gif": (b"GIF87a", b"GIF89a"),
    "image/webp": (b"RIFF",),
    "application/pdf": (b"%PDF-",),
}
_MOST_IMAGE = 5 * 1024 * 1024  # bytes, decoded
MOST_BODY = 32 * 1024 * 1024
TOKENS_OF_A_FILE = 1600  # about: of a picture of 1,568 pixels


class BadRequest(Exception):
    """The request is wrong, in the words of the API."""


def require(condition: object, complaint: str) -> None:
    if not condition:
        raise BadRequest(complaint)


def check_file(where: str, kind: str, block: Body) -> None:
    """A source of a known type; of base64 also that it is, that it is what it says, and that it is not too large."""
    source = block.get("source")
    if not isinstance(source, dict) or source.get("type") not in ("base64", "url", "file", "text", "content"):
        raise BadRequest(f"{where}.{kind}.source: Field required")
    if source["type"] != "base64":
        return
    mime = source.get("media_type")
    require(
        mime in _BEGINNINGS and (mime == "application/pdf") == (kind == "document"),
        f"{where}.{kind}.source.base64.media_type: Input should be one of the types of a {kind}",
    )
    content = _decoded(where, kind, source.get("data"))
    require(
        content.startswith(_BEGINNINGS[str(mime)]),
        f"{where}.{kind}.source.base64.data: The file does not match the provided media type {mime}",
    )
    require(
        kind == "document" or len(content) <= _MOST_IMAGE,
        f"{where}.{kind}.source.base64: image exceeds 5 MB maximum: {len(content)} bytes > {_MOST_IMAGE} bytes",
    )


def _decoded(where: str, kind: str, data: Any) -> bytes:
    try:
        content = b64decode(data, validate=True) if isinstance(data, str) else b""
    except (NotBase64, ValueError):
        content = b""
    require(content, f"{where}.{kind}.source.base64.data: Invalid base64 data")
    return content


def without_files(body: Body) -> tuple[Body, int]:
    """The body with files of no size, and how many there were: they do not count by their letters."""
    found = 0

    def bare(part: Any) -> Any:
        nonlocal found
        if isinstance(part, list):
            return [bare(one) for one in part]
        if not isinstance(part, dict):
            return part
        if part.get("type") == "base64":
            found += 1
            return {}
        return {name: bare(value) for name, value in part.items()}

    return bare(body), found
