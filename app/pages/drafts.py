"""Keeping what an attendant has typed, as they type."""

from sqlalchemy import select
from starlette.requests import Request
from starlette.responses import Response

from app.attention import typing
from app.characters import storable
from app.conversations import drafts, writing
from app.conversations.access import conversation_for, strict_id
from app.conversations.models import Message
from app.db import transaction
from app.forms import text_field


async def update(request: Request) -> Response:
    """`POST /c/{id}/draft`: 204. A draft that comes after its message was sent is ignored."""
    form = await request.form(max_files=0)
    async with transaction() as session:
        found = await conversation_for(
            session, request.state.user, strict_id(request.path_params["conversation_id"]), locked=True
        )  # a reply that is being stored comes first
        sent = select(Message.id).where(Message.compose_id == storable(text_field(form, "compose_id")))
        if (await session.execute(sent)).first() is None:
            text = text_field(form, "text")
            await drafts.keep(session, request.state.user.id, found.id, text)
            if text.strip():
                await typing.show(session, found)
                await writing.note(session, request.state.user.id, found.id)
            else:
                await writing.end(session, request.state.user.id, found.id)
    return Response(status_code=204)
