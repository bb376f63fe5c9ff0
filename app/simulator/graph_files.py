"""Graph's media doors: upload; look up, then fetch; delete."""

import asyncio
from collections.abc import AsyncIterator

from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse

from app.simulator.cutting import drip
from app.simulator.faults import Fault, FaultKind
from app.simulator.graph_doors import no_such_object, require_number
from app.simulator.graph_errors import GraphRefusal
from app.simulator.media import StoredFile
from app.simulator.world import World

LARGE_PIECE = 64 * 1024


async def upload(world: World, request: Request) -> Response:
    """`multipart/form-data` with `messaging_product` and `file`."""
    require_number(world, request)
    async with request.form() as form:
        file = form.get("file")
        if form.get("messaging_product") != "whatsapp" or not isinstance(file, UploadFile):
            raise GraphRefusal(100, "The parameters messaging_product and file are required.")
        data = await file.read()
        fault = world.faults.take(FaultKind.UPLOAD)
        if fault and fault.http_status:
            return _instead(fault)
        if fault:
            raise GraphRefusal(fault.code, "The file is not taken.")
        kind = file.content_type or "application/octet-stream"
        stored = world.media.store(kind, file.filename or "arquivo", data)
    return JSONResponse({"id": stored.id})


def describe(world: World, media_id: str) -> Response:
    """Where the file can be fetched, with the same token."""
    fault = world.faults.take(FaultKind.LOOK_UP)
    if fault and fault.http_status:
        return _instead(fault)
    if fault and not fault.url:
        raise GraphRefusal(fault.code, "The file is not handed out.")
    file = _file(world, media_id)
    return JSONResponse(
        {
            "messaging_product": "whatsapp",
            "url": fault.url if fault else f"{world.base_url}/files/whatsapp/{file.id}",
            "mime_type": file.mime_type,
            "sha256": file.sha256,
            "file_size": len(file.data),
            "id": file.id,
        }
    )


async def download(world: World, request: Request) -> Response:
    file = _file(world, request.path_params["media_id"])
    fault = world.faults.take(FaultKind.FILE)
    if fault is None:
        return Response(file.data, media_type=file.mime_type)
    return _instead(fault) if fault.http_status else _spoilt(fault, file)


def _instead(fault: Fault) -> Response:
    return Response(fault.body, fault.http_status, fault.headers, fault.content_type)


def _spoilt(fault: Fault, file: StoredFile) -> Response:
    """A file that is not what it should be. `how`: "short" ends early and says nothing, "cut" ends before its announced
    length, "endless" never ends, "drip" gives a byte each `seconds`, "damaged" has other bytes.
    """
    match fault.how:
        case "short":
            return StreamingResponse(_pieces(file.data[: len(file.data) // 2]), media_type=file.mime_type)
        case "cut":
            length = {"Content-Length": str(len(file.data) + 1)}
            return StreamingResponse(_pieces(file.data), headers=length, media_type=file.mime_type)
        case "endless":
            return StreamingResponse(_pieces(file.data, for_ever=True), media_type=file.mime_type)
        case "drip":
            return drip(file.data, fault.seconds)
        case "damaged":
            return Response(bytes(byte ^ 1 for byte in file.data), media_type=file.mime_type)
    raise GraphRefusal(100, f"no file is {fault.how!r}")


async def _pieces(data: bytes, *, for_ever: bool = False) -> AsyncIterator[bytes]:
    yield data
    while for_ever:
        yield bytes(LARGE_PIECE)
        await asyncio.sleep(0)  # so that it is noticed when nobody listens any more


async def remove(world: World, request: Request) -> Response:
    if not world.media.remove(request.path_params["owner"]):
        raise no_such_object(request.path_params["owner"])
    return JSONResponse({"success": True})


def _file(world: World, media_id: str) -> StoredFile:
    if file := world.media.find(media_id):
        return file
    raise no_such_object(media_id)
