"""Message templates: choose one in a conversation, fill it in, send it; and the list of all for who oversees them."""

from collections.abc import Mapping
from typing import Any
from uuid import uuid4

from starlette.datastructures import FormData, UploadFile
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from app.accounts.permissions import Permission, may, require
from app.conversations import listing as rows
from app.conversations import replying
from app.conversations.access import conversation_for, strict_id
from app.conversations.attaching import attached
from app.conversations.outgoing import Outgoing
from app.db import reading, transaction
from app.errors import Conflict, Invalid
from app.forms import text_field
from app.media.preparing import Wish
from app.media.store import Store
from app.message_templates import filling, listing, syncing
from app.message_templates.models import Template
from app.message_templates.parts import MEDIA_LINK, parts_of
from app.templating import render, wants_fragment


async def choose(request: Request) -> Response:
    """`GET /c/{id}/templates?q=WORDS`: the approved ones of this conversation's account; for htmx the list alone."""
    wanted = request.query_params.get("q", "")[:200]
    async with reading() as session:
        conversation = await conversation_for(session, request.state.user, id_in(request, "conversation_id"))
        row = (await rows.rows_by_id(session, [conversation.id]))[conversation.id]
        found = await listing.for_conversation(session, conversation, wanted)
        synced_at = await syncing.last_synced_at(session)
    page = "message_templates/_choices.html" if wants_fragment(request) else "message_templates/choose.html"
    return render(
        request,
        page,
        row=row,
        choices=[(one, parts_of(one)) for one in found],
        wanted=wanted,
        synced_at=synced_at,
        oversees=may(request.state.user, Permission.OVERSEE),
    )


async def show(request: Request) -> Response:
    """`GET /c/{id}/templates/{template_id}`: the form of its variables, beside what the customer will read."""
    return await form_page(request, None)


async def preview(request: Request) -> Response:
    """`POST /c/{id}/templates/{template_id}/preview`: the message as it would be with these fields."""
    values = values_in(await request.form(max_files=0))
    async with reading() as session:
        conversation = await conversation_for(session, request.state.user, id_in(request, "conversation_id"))
        template = await listing.one_for(session, conversation, id_in(request, "template_id"))
    shown = filling.preview(parts_of(template), values)
    return render(request, "message_templates/_preview.html", preview=shown)


async def send(request: Request) -> Response:
    """`POST /c/{id}/templates/{template_id}`: 303 to the conversation; 422 with the form and the sentence beside its field."""
    async with request.form(max_files=1) as form:
        values, conversation_id = values_in(form), id_in(request, "conversation_id")
        try:
            async with reading() as session:
                conversation = await conversation_for(session, request.state.user, conversation_id)
                template = await listing.one_for(session, conversation, id_in(request, "template_id"))
            what = filling.fill(template, values, await file_in(form, template, request.app.state.store))
            async with transaction() as session:
                conversation = await conversation_for(session, request.state.user, conversation_id)
                compose_id = text_field(form, "compose_id")
                await replying.reply(session, conversation, request.state.user, what, compose_id)
        except (Invalid, Conflict) as refusal:
            return await form_page(request, values, refusal)
    return RedirectResponse(f"/c/{conversation_id}", status_code=303)


async def file_in(form: FormData, template: Template, store: Store) -> Outgoing | None:
    """The file chosen for the template's top, kept here from now on; None where none was chosen or none belongs."""
    file, media = form.get("file"), parts_of(template).media
    if media is None or not isinstance(file, UploadFile) or not file.filename:
        return None
    wish: Wish = "document" if media == "document" else "usual"
    try:
        return await attached(store, file.file, name=file.filename, wish=wish, caption="")
    except Invalid as refusal:
        raise Invalid(refusal.words, field=MEDIA_LINK) from refusal


async def form_page(
    request: Request, values: Mapping[str, str] | None, refusal: Invalid | Conflict | None = None
) -> Response:
    """`values` None: what is known of the contact is filled in."""
    async with reading() as session:
        conversation = await conversation_for(session, request.state.user, id_in(request, "conversation_id"))
        row = (await rows.rows_by_id(session, [conversation.id]))[conversation.id]
        template = await listing.one_for(session, conversation, id_in(request, "template_id"))
    parts = parts_of(template)
    values = (
        filling.prefilled(parts, row.name if row.name != row.address else "") if values is None else values
    )
    context: dict[str, Any] = {
        "row": row,
        "chosen": template,
        "parts": parts,
        "values": values,
        "preview": filling.preview(parts, values),
        "compose_id": str(uuid4()),
        "media_link": MEDIA_LINK,
        "error": refusal.words if refusal else None,
        "error_field": refusal.field if refusal else None,
    }
    return render(
        request, "message_templates/fill.html", status=refusal.status if refusal else 200, **context
    )


def values_in(form: FormData) -> dict[str, str]:
    """What was filled in, by variable."""
    prefix = "value."
    return {key.removeprefix(prefix): text_field(form, key) for key in form if key.startswith(prefix)}


def id_in(request: Request, name: str) -> int:
    return strict_id(request.path_params[name])


async def overview(request: Request) -> Response:
    """`GET /templates`: all of them, with what Meta says of each; for htmx the list alone. For supervisors and admins."""
    require(request.state.user, Permission.OVERSEE)
    async with reading() as session:
        found = await listing.all_of(session)
        synced_at = await syncing.last_synced_at(session)
        look = await syncing.last_look(session)
    page = "message_templates/_all.html" if wants_fragment(request) else "message_templates/overview.html"
    return render(request, page, templates=found, synced_at=synced_at, look=look)


async def sync(request: Request) -> Response:
    """`POST /templates/sync`: have Meta's list read now; 303 to the page."""
    require(request.state.user, Permission.OVERSEE)
    async with transaction() as session:
        await syncing.ask(session)
    return RedirectResponse("/templates", status_code=303)
