"""An attendant's own stars, and deleting for oneself: of one message or of several that were selected."""

from typing import Any

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from app.conversations import message_marks, thread
from app.conversations.access import conversation_for, strict_id
from app.db import reading, transaction
from app.forms import is_on, text_field
from app.live.ring import CURSOR, newest
from app.pages.composed import texts
from app.templating import own_path, render, wants_fragment


async def star(request: Request) -> Response:
    """`POST /c/{id}/stars`: fields `message` (one or more), `on` unless the stars are taken away, and `next`."""
    return await mark(request, message_marks.star)


async def hide(request: Request) -> Response:
    """`POST /c/{id}/hidden-messages`: fields `message` (one or more), and `on` unless they are shown again."""
    return await mark(request, message_marks.hide)


async def mark(request: Request, verb: message_marks.Verb) -> Response:
    """The bubbles as this attendant sees them now."""
    form = await request.form(max_files=0)
    conversation_id = strict_id(request.path_params["conversation_id"])
    messages, on, user = (
        [strict_id(one) for one in texts(form, "message")],
        is_on(form, "on"),
        request.state.user,
    )
    async with transaction() as session:
        await verb(session, user, await conversation_for(session, user, conversation_id), messages, on=on)
    if not wants_fragment(request):
        back = text_field(form, "next") or f"/c/{conversation_id}"
        return RedirectResponse(own_path(back), status_code=303)
    async with reading() as session:
        cursor = await newest(session)
        zone = request.app.state.settings.zone
        pictures = [await thread.around(session, one, zone) for one in messages]
        marks = await message_marks.marks_on(session, user.id, messages)
    shown: dict[str, Any] = {
        "conversation_id": conversation_id,
        "pictures": pictures,
        "marks": marks,
        "messages": messages,
    }
    offers_undo = on and verb is message_marks.hide
    return render(
        request,
        "conversations/_marked.html",
        headers={CURSOR: str(cursor)},
        offers_undo=offers_undo,
        **shown,
    )
