"""Files of customers, shown or handed out to who may see their conversation; and another try for what went wrong with one."""

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from app.conversations.access import conversation_for, strict_id
from app.conversations.models import Message
from app.db import reading, transaction
from app.errors import NotFound
from app.media import fetching, names
from app.media.models import Media
from app.media.sniffing import SHOWN_IN_PLACE
from app.media.store import preview_of
from app.pages import ranges
from app.pages.answers import changed
from app.templating import wants_fragment
from app.transcribing import wanting

SAFE = {
    "Content-Security-Policy": "sandbox; default-src 'none'",
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "private, no-cache",  # a copy may be kept, and is asked for each time: rights can end
}


async def show(request: Request) -> Response:
    """`GET /media/{id}`: the file, by what it is and not by what it is called; 404 for "not there" and "not yours"."""
    media, message = await visible(request)
    headers = {"Content-Disposition": disposition_of(media, message)}
    return await tagged(request, media.stored_as, f'"{media.sha256[:32]}"', headers, served_as(media))


async def preview(request: Request) -> Response:
    """`GET /media/{id}/preview`: the small picture that was made of a file; 404 too when there is none."""
    media, _ = await visible(request)
    if not media.has_preview:
        raise NotFound
    headers = {"Content-Disposition": names.disposition("preview.webp", in_place=True)}
    tag = f'"{media.sha256[:32]}-preview"'
    return await tagged(request, preview_of(media.stored_as), tag, headers, "image/webp")


async def visible(request: Request) -> tuple[Media, Message]:
    """The file of this address, if its reader may see the conversation; raises NotFound."""
    found = await fetching.of_id(strict_id(request.path_params["media_id"]))
    if found is None:
        raise NotFound
    async with reading() as session:
        await conversation_for(session, request.state.user, found[1].conversation_id)
    return found


async def tagged(
    request: Request, stored_as: str, tag: str, headers: dict[str, str], media_type: str
) -> Response:
    """304 for who has it already."""
    if tag in [one.strip().removeprefix("W/") for one in request.headers.get("if-none-match", "").split(",")]:
        return Response(status_code=304, headers=SAFE | {"ETag": tag})
    headers = SAFE | {"ETag": tag} | headers
    return await ranges.handed_out(request, request.app.state.store, stored_as, headers, media_type)


def served_as(media: Media) -> str:
    """The type that the content proves, if a browser may know it; else mere bytes."""
    known = media.mime_sniffed or ""
    if media.unsafe:
        return "application/octet-stream"
    return known if known in SHOWN_IN_PLACE or known == "application/pdf" else "application/octet-stream"


def disposition_of(media: Media, message: Message) -> str:
    ending = None if media.unsafe else SHOWN_IN_PLACE.get(media.mime_sniffed or "")
    usual = f"{message.type}-{media.id}"
    if ending is not None:
        return names.disposition(names.with_ending(media.file_name or usual, ending), in_place=True)
    if media.mime_sniffed == "application/pdf":
        return names.disposition(names.with_ending(media.file_name or usual, "pdf"), in_place=False)
    return names.disposition(media.file_name or usual, in_place=False)


async def fetch_again(request: Request) -> Response:
    """`POST /c/{id}/messages/{message_id}/media`: ask WhatsApp once more for a file that was given up."""
    conversation_id = strict_id(request.path_params["conversation_id"])
    message_id = strict_id(request.path_params["message_id"])
    async with transaction() as session:
        conversation = await conversation_for(session, request.state.user, conversation_id)
        await fetching.fetch_again(session, conversation.id, message_id)
    return await redrawn(request, conversation_id, message_id)


async def transcribe_again(request: Request) -> Response:
    """`POST /c/{id}/messages/{message_id}/transcript`: have a voice message written down once more, which was given up."""
    conversation_id = strict_id(request.path_params["conversation_id"])
    message_id = strict_id(request.path_params["message_id"])
    async with transaction() as session:
        conversation = await conversation_for(session, request.state.user, conversation_id)
        await wanting.want_again(session, conversation.id, message_id)
    return await redrawn(request, conversation_id, message_id)


async def redrawn(request: Request, conversation_id: int, message_id: int) -> Response:
    if not wants_fragment(request):
        return RedirectResponse(f"/c/{conversation_id}", status_code=303)
    return await changed(request, conversation_id, redrawn=message_id)
