"""Texts that wait for the customer to write again: keep one, cancel one."""

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from app.conversations import held_texts
from app.conversations.access import conversation_for, strict_id
from app.db import transaction
from app.forms import text_field
from app.pages.answers import changed
from app.templating import wants_fragment


async def create(request: Request) -> Response:
    """`POST /c/{id}/held-texts`: fields `text` and `compose_id`. 422 when it is empty, too long, or too many wait; 409:
    a used compose_id."""
    form = await request.form(max_files=0)
    conversation_id = strict_id(request.path_params["conversation_id"])
    text, compose_id = text_field(form, "text"), text_field(form, "compose_id")
    async with transaction() as session:
        conversation = await conversation_for(session, request.state.user, conversation_id, locked=True)
        await held_texts.hold(session, conversation, request.state.user, text, compose_id)
    return await answer(request, conversation_id)


async def cancel(request: Request) -> Response:
    """`POST /c/{id}/held-texts/{held_id}/cancellation`: 404 when it has left already."""
    conversation_id = strict_id(request.path_params["conversation_id"])
    async with transaction() as session:
        conversation = await conversation_for(session, request.state.user, conversation_id, locked=True)
        await held_texts.cancel(session, conversation, strict_id(request.path_params["held_id"]))
    return await answer(request, conversation_id)


async def answer(request: Request, conversation_id: int) -> Response:
    if not wants_fragment(request):
        return RedirectResponse(f"/c/{conversation_id}", status_code=303)
    return await changed(request, conversation_id)
