"""A file handed out whole or one piece of it, as it comes from where it is kept."""

import re

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from app.errors import NotFound
from app.media.store import Store

RANGE = re.compile(r"bytes=(?:([0-9]{1,18})-([0-9]{0,18})|-([0-9]{1,18}))")


async def handed_out(
    request: Request, store: Store, stored_as: str, headers: dict[str, str], media_type: str
) -> Response:
    """`headers` hold the ETag. 206 for one piece, 416 for one beyond the end, 404 when there is no such file.

    Many pieces at once, or what is no range, give the whole: RFC 9110 allows it.
    """
    size = await store.size(stored_as)
    if size is None:
        raise NotFound
    headers = headers | {"Accept-Ranges": "bytes"}
    piece = asked_piece(request, headers["ETag"], size)
    if piece is None:
        start, length, status = 0, size, 200
    elif not piece:
        return Response(status_code=416, headers=headers | {"Content-Range": f"bytes */{size}"})
    else:
        start, length, status = piece.start, len(piece), 206
        headers["Content-Range"] = f"bytes {start}-{piece.stop - 1}/{size}"
    headers["Content-Length"] = str(length)
    if request.method == "HEAD":
        return Response(status_code=status, headers=headers, media_type=media_type)
    return StreamingResponse(store.pieces(stored_as, start, length), status, headers, media_type)


def asked_piece(request: Request, tag: str, size: int) -> range | None:
    """None for the whole file; an empty range for a piece beyond its end."""
    found = RANGE.fullmatch(request.headers.get("range", ""))
    if found is None or request.headers.get("if-range", tag) != tag:
        return None
    first, last, from_end = found.groups()
    if from_end is not None:
        return range(max(0, size - int(from_end)), size) if int(from_end) else range(0)
    if last and int(last) < int(first):
        return None
    return range(int(first), min(int(last) + 1 if last else size, size))
