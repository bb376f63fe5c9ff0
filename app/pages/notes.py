"""Private notes of a conversation: written, changed, taken back, and whom they can name."""

from typing import Any
from uuid import uuid4

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from app.conversations import thread
from app.conversations.access import conversation_for, strict_id
from app.conversations.models import Conversation
from app.db import reading, transaction
from app.errors import Invalid
from app.forms import text_field
from app.live.ring import CURSOR, newest
from app.notes import mentions, writing
from app.templating import render, wants_fragment


async def new(request: Request) -> Response:
    """`GET /c/{id}/notes/new`: the form as a page, where no script opens it."""
    return await form_for(request)


async def create(request: Request) -> Response:
    """`POST /c/{id}/notes`: fields `text`, `compose_id`. 422 with the form, its text kept; 409: a used compose_id."""
    form = await request.form(max_files=0)
    text = text_field(form, "text")
    try:
        async with transaction() as session:
            found = await conversation_for(session, request.state.user, conversation_in(request))
            note = await writing.write(
                session, found, request.state.user, text, text_field(form, "compose_id")
            )
    except Invalid as fault:
        return await form_for(request, text, fault)
    return await answer(request, added=note.id)


async def edit(request: Request) -> Response:
    """`GET /c/{id}/notes/{note_id}`: one's own note in the form."""
    async with reading() as session:
        found = await conversation_for(session, request.state.user, conversation_in(request))
        note = await writing.own(session, found, note_in(request), request.state.user)
    return await form_for(request, note.body, note_id=note.id)


async def update(request: Request) -> Response:
    """`POST /c/{id}/notes/{note_id}`: field `text`."""
    text = text_field(await request.form(max_files=0), "text")
    try:
        async with transaction() as session:
            found = await conversation_for(session, request.state.user, conversation_in(request))
            await writing.change(session, found, note_in(request), request.state.user, text)
    except Invalid as fault:
        return await form_for(request, text, fault, note_id=note_in(request))
    return await answer(request, redrawn=note_in(request))


async def remove(request: Request) -> Response:
    """`POST /c/{id}/notes/{note_id}/removal`"""
    async with transaction() as session:
        found = await conversation_for(session, request.state.user, conversation_in(request))
        await writing.remove(session, found, note_in(request), request.state.user)
    return await answer(request, redrawn=note_in(request))


async def keep_draft(request: Request) -> Response:
    """`POST /c/{id}/notes/draft`: field `text`; 204."""
    text = text_field(await request.form(max_files=0), "text")
    async with transaction() as session:
        found = await conversation_for(session, request.state.user, conversation_in(request))
        await writing.keep_draft(session, request.state.user.id, found.id, text)
    return Response(status_code=204)


async def colleagues(request: Request) -> Response:
    """`GET /c/{id}/colleagues`: whom a note can name."""
    async with reading() as session:
        await conversation_for(session, request.state.user, conversation_in(request))
        everybody = await mentions.colleagues(session)
    others = [one for one in everybody if one.id != request.state.user.id]
    return render(request, "notes/_colleagues.html", colleagues=others)


async def form_for(
    request: Request, text: str | None = None, fault: Invalid | None = None, note_id: int | None = None
) -> Response:
    """The form for htmx, else a page with it; `text` None for what was typed before."""
    async with reading() as session:
        found = await conversation_for(session, request.state.user, conversation_in(request))
        if text is None:
            text = await writing.draft(session, request.state.user.id, found.id)
    shown = empty_form(found) | {
        "note_id": note_id,
        "note_text": text,
        "error": fault.words if fault else None,
    }
    template = "notes/_form.html" if wants_fragment(request) else "notes/page.html"
    return render(request, template, status=fault.status if fault else 200, **shown)


def empty_form(found: Conversation) -> dict[str, Any]:
    return {
        "conversation": found,
        "note_id": None,
        "note_text": "",
        "compose_id": str(uuid4()),
        "error": None,
    }


async def answer(request: Request, *, added: int | None = None, redrawn: int | None = None) -> Response:
    """The thread's new piece for htmx, and an empty form; else the conversation."""
    if not wants_fragment(request):
        return RedirectResponse(f"/c/{conversation_in(request)}", 303)
    zone = request.app.state.settings.zone
    async with reading() as session:
        cursor = await newest(session)
        found = await conversation_for(session, request.state.user, conversation_in(request))
        typed = await writing.draft(session, request.state.user.id, found.id)
        pictures = [await thread.around(session, one, zone) for one in (added, redrawn) if one is not None]
    return render(
        request,
        "notes/_written.html",
        headers={CURSOR: str(cursor)},
        pictures=pictures,
        is_added=added is not None,
        **(empty_form(found) | {"note_text": typed}),
    )


def conversation_in(request: Request) -> int:
    return strict_id(request.path_params["conversation_id"])


def note_in(request: Request) -> int:
    return strict_id(request.path_params["note_id"])
