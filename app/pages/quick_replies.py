"""Quick replies: the page where they are kept, and what the composer offers of them."""

from collections.abc import Mapping
from typing import Any

from starlette.datastructures import FormData, UploadFile
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from app.conversations.access import conversation_for, strict_id
from app.conversations.attaching import attached
from app.conversations.outgoing import Outgoing
from app.db import reading, transaction
from app.errors import Invalid, NotFound
from app.forms import is_on, text_field
from app.i18n import _
from app.media import names
from app.media.sniffing import SHOWN_IN_PLACE
from app.pages.media import tagged
from app.quick_replies import choosing, managing
from app.quick_replies.filling import VARIABLES
from app.quick_replies.managing import Wanted
from app.quick_replies.models import QuickReply
from app.templating import render

PAGE = "/quick-replies"


async def index(request: Request) -> Response:
    """`GET /quick-replies`"""
    async with reading() as session:
        replies = await managing.all_of_them(session)
    return render(request, "quick_replies/index.html", replies=replies)


async def new(request: Request) -> Response:
    """`GET /quick-replies/new`; `?text=` fills the form in."""
    return form_for(request, None, {"shortcut": "", "text": request.query_params.get("text", "")})


async def edit(request: Request) -> Response:
    """`GET /quick-replies/{id}`"""
    async with reading() as session:
        reply = await managing.of_id(session, id_in(request))
    return form_for(request, reply, {"shortcut": reply.shortcut, "text": reply.text})


async def create(request: Request) -> Response:
    """`POST /quick-replies`: 303, or 422 with the form and the reason beside its field."""
    return await save(request, None)


async def update(request: Request) -> Response:
    """`POST /quick-replies/{id}`, as above."""
    return await save(request, id_in(request))


async def remove(request: Request) -> Response:
    """`POST /quick-replies/{id}/removal`"""
    async with transaction() as session:
        await managing.remove(session, id_in(request))
    return RedirectResponse(PAGE, 303)


async def save(request: Request, reply_id: int | None) -> Response:
    async with request.form(max_files=1) as form:
        typed = {"shortcut": text_field(form, "shortcut"), "text": text_field(form, "text")}
        try:
            file = await file_in(request, form)
            wanted = Wanted(typed["shortcut"], typed["text"], file, is_on(form, "without_file"))
            async with transaction() as session:
                if reply_id is None:
                    await managing.create(session, wanted, request.state.user)
                else:
                    await managing.change(session, reply_id, wanted, request.state.user)
        except Invalid as fault:
            async with reading() as session:
                reply = await managing.of_id(session, reply_id) if reply_id is not None else None
            return form_for(request, reply, typed, fault)
    return RedirectResponse(PAGE, 303)


async def file_in(request: Request, form: FormData) -> Outgoing | None:
    """The file that was chosen, made into what WhatsApp takes; None for none. Raises Invalid (field "files")."""
    chosen = form.get("files")
    if not isinstance(chosen, UploadFile) or not chosen.filename:
        return None
    store = request.app.state.store
    return await attached(store, chosen.file, name=chosen.filename, wish="usual", caption="")


def form_for(
    request: Request, reply: QuickReply | None, typed: Mapping[str, str], fault: Invalid | None = None
) -> Response:
    context: dict[str, Any] = {"reply": reply, "typed": typed, "variables": VARIABLES}
    errors = {str(fault.field): _(fault.words)} if fault else {}
    return render(
        request, "quick_replies/form.html", status=fault.status if fault else 200, errors=errors, **context
    )


async def offered(request: Request) -> Response:
    """`GET /c/{id}/quick-replies`: for the composer, by htmx; a page of links without it."""
    zone = request.app.state.settings.zone
    async with reading() as session:
        found = await conversation_for(
            session, request.state.user, strict_id(request.path_params["conversation_id"])
        )
        choices = await choosing.choices(session, found, request.state.user, zone)
    is_piece = request.headers.get("hx-request") == "true"
    template = "quick_replies/_choices.html" if is_piece else "quick_replies/choose.html"
    return render(request, template, conversation=found, choices=choices)


async def file(request: Request) -> Response:
    """`GET /quick-replies/{id}/file`: shown in place only where it is a picture, a film or sound."""
    async with reading() as session:
        reply = await managing.of_id(session, id_in(request))
    if reply.stored_as is None:
        raise NotFound(managing.NOT_THERE)
    mime, name = reply.file["mime"], reply.file["file_name"] or reply.shortcut
    headers = {"Content-Disposition": names.disposition(name, in_place=mime in SHOWN_IN_PLACE)}
    shown_as = mime if mime in SHOWN_IN_PLACE else "application/octet-stream"
    return await tagged(request, reply.stored_as, f'"{reply.file["sha256"][:32]}"', headers, shown_as)


def id_in(request: Request) -> int:
    return strict_id(request.path_params["reply_id"])
