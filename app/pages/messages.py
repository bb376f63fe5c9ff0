"""A conversation's messages: older ones on demand, a new one by the composer, another try for one that failed."""

from uuid import uuid4

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from app.conversations import replying, thread
from app.conversations.access import conversation_for, strict_id
from app.conversations.models import Conversation
from app.conversations.ordering import parse_key
from app.db import reading, transaction
from app.errors import AppError, Conflict, Invalid
from app.forms import text_field
from app.live.ring import CURSOR, newest
from app.pages.answers import changed
from app.pages.composed import quoted, what_to_send
from app.templating import render, wants_fragment


async def older(request: Request) -> Response:
    """`GET /c/{id}/messages?before=KEY`: the fifty bubbles above."""
    before = parse_key(request.query_params.get("before", ""))
    async with reading() as session:
        found = await conversation_for(
            session, request.state.user, strict_id(request.path_params["conversation_id"])
        )
        cursor = await newest(session)
        page = await thread.page(session, found.id, request.app.state.settings.zone, before)
    return render(
        request, "conversations/_older.html", headers={CURSOR: str(cursor)}, conversation=found, thread=page
    )


async def create(request: Request) -> Response:
    """`POST /c/{id}/messages`: send what the composer holds. 422 with the composer, its text kept; 409: a used compose_id."""
    form = await request.form(max_files=0)
    text, compose_id = text_field(form, "text"), text_field(form, "compose_id")
    conversation_id = strict_id(request.path_params["conversation_id"])
    try:
        async with transaction() as session:
            conversation = await conversation_for(session, request.state.user, conversation_id)
            what, user = what_to_send(form), request.state.user
            message = await replying.reply(
                session, conversation, user, what, compose_id, reply_to=quoted(form)
            )
    except (Invalid, Conflict) as refusal:
        return await refused(request, conversation_id, text, refusal)
    if not wants_fragment(request):
        return RedirectResponse(f"/c/{conversation_id}", status_code=303)
    return await changed(request, conversation_id, added=message.id, compose_id=str(uuid4()))


async def refused(request: Request, conversation_id: int, text: str, refusal: AppError) -> Response:
    """The composer again, the sentence beside the field and nothing typed lost."""
    async with reading() as session:
        conversation: Conversation = await conversation_for(session, request.state.user, conversation_id)
    template = "conversations/_composer.html" if wants_fragment(request) else "conversations/refused.html"
    return render(
        request,
        template,
        status=refusal.status,
        conversation=conversation,
        draft=text,
        compose_id=str(uuid4()),
        error=refusal.words,
    )


async def send_again(request: Request) -> Response:
    """`POST /c/{id}/messages/{message_id}/attempts`: a new attempt of a bubble that failed or is in doubt."""
    conversation_id = strict_id(request.path_params["conversation_id"])
    async with transaction() as session:
        conversation = await conversation_for(session, request.state.user, conversation_id)
        message = await replying.send_again(
            session, conversation, strict_id(request.path_params["message_id"])
        )
    if not wants_fragment(request):
        return RedirectResponse(f"/c/{conversation_id}", status_code=303)
    return await changed(request, conversation_id, redrawn=message.id)
