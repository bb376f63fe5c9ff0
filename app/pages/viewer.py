"""A photo or video over the whole page, and those before and after it in its conversation."""

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from app.conversations import viewing
from app.conversations.access import conversation_for
from app.db import reading
from app.pages.message_menu import ids
from app.templating import render, wants_fragment


async def show(request: Request) -> Response:
    """`GET /c/{id}/messages/{message_id}/viewer`: what stands in the page's dialog; without script the message itself."""
    conversation_id, message_id = ids(request)
    async with reading() as session:
        conversation = await conversation_for(session, request.state.user, conversation_id)
        view = await viewing.of(
            session, request.state.user, conversation, message_id, request.app.state.settings.zone
        )
    if not wants_fragment(request):
        return RedirectResponse(f"/c/{conversation_id}?at={message_id}", status_code=303)
    return render(request, "messages/_viewer.html", view=view)
