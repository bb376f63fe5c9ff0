"""The browser says that its attendant has seen a conversation: open, focused, at the bottom."""

from starlette.requests import Request
from starlette.responses import Response

from app.attention import reading
from app.conversations.access import conversation_for, strict_id
from app.db import transaction
from app.errors import Invalid
from app.forms import text_field, whole_number
from app.notes import mentions


async def create(request: Request) -> Response:
    """`POST /c/{id}/reading` with `up_to`, the highest position on screen: 204."""
    form = await request.form(max_files=0)
    up_to = whole_number(text_field(form, "up_to"), lowest=0, highest=10**15)
    if up_to is None:
        raise Invalid(field="up_to")
    async with transaction() as session:
        found = await conversation_for(
            session, request.state.user, strict_id(request.path_params["conversation_id"])
        )
        await reading.mark_read(session, request.state.user, found.id, up_to)
        await mentions.have_seen(session, request.state.user.id, found.id)
    return Response(status_code=204)
