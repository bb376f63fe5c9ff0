"""Graph's media doors: upload; look up, then fetch; delete."""

from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from app.simulator.graph_doors import no_such_object, require_number
from app.simulator.graph_errors import GraphRefusal
from app.simulator.media import StoredFile
from app.simulator.world import World


async def upload(world: World, request: Request) -> Response:
    """`multipart/form-data` with `messaging_product` and `file`."""
    require_number(world, request)
    async with request.form() as form:
        file = form.get("file")
        if form.get("messaging_product") != "whatsapp" or not isinstance(file, UploadFile):
            raise GraphRefusal(100, "The parameters messaging_product and file are required.")
        data = await file.read()
        kind = file.content_type or "application/octet-stream"
        stored = world.media.store(kind, file.filename or "arquivo", data)
    return JSONResponse({"id": stored.id})


def describe(world: World, media_id: str) -> Response:
    """Where the file can be fetched, with the same token."""
    file = _file(world, media_id)
    return JSONResponse(
        {
            "messaging_product": "whatsapp",
            "url": f"{world.base_url}/files/whatsapp/{file.id}",
            "mime_type": file.mime_type,
            "sha256": file.sha256,
            "file_size": len(file.data),
            "id": file.id,
        }
    )


async def download(world: World, request: Request) -> Response:
    file = _file(world, request.path_params["media_id"])
    return Response(file.data, media_type=file.mime_type)


async def remove(world: World, request: Request) -> Response:
    if not world.media.remove(request.path_params["owner"]):
        raise no_such_object(request.path_params["owner"])
    return JSONResponse({"success": True})


def _file(world: World, media_id: str) -> StoredFile:
    if file := world.media.find(media_id):
        return file
    raise no_such_object(media_id)
