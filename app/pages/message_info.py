"""What became of one message, in the drawer beside its conversation."""

from functools import partial
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from app.accounts.permissions import Permission, may
from app.assistant import verdicts
from app.assistant.made import made_of
from app.conversations.about import message_in
from app.conversations.access import conversation_for, strict_id
from app.conversations.message_info import info_of
from app.conversations.models import Conversation
from app.db import transaction
from app.errors import Invalid
from app.forms import text_field
from app.i18n import N_
from app.pages import inbox
from app.pages.drawers import Drawer
from app.templating import render, wants_fragment

THUMBS = {"good": True, "bad": False, "": None}


async def show(request: Request) -> Response:
    """`GET /c/{id}/messages/{message_id}/info`."""
    path = request.path_params
    oversees = may(request.state.user, Permission.OVERSEE)
    load = partial(loaded, strict_id(path["message_id"]), request.state.user.id, oversees)
    drawer = Drawer("message-info", N_("Message details"), "messages/_info.html", load)
    return await inbox.page(request, strict_id(path["conversation_id"]), drawer)


async def loaded(
    message_id: int, user_id: int, oversees: bool, session: AsyncSession, conversation: Conversation
) -> dict[str, Any]:
    info = await info_of(session, conversation, message_id)
    message = info.quote.message
    made = await made_of(session, message.turn_id, message.body) if message.turn_id is not None else None
    verdict = await verdicts.verdict_of(session, message_id, user_id) if made else None
    return {"info": info, "made": made, "oversees": oversees, "verdict": verdict}


async def judge(request: Request) -> Response:
    """`POST /c/{id}/messages/{message_id}/verdicts`: `verdict` = `good`, `bad` or "" to take it back; a note if they like."""
    fields, user, path = await request.form(max_files=0), request.state.user, request.path_params
    thumb, note = text_field(fields, "verdict"), text_field(fields, "note")
    async with transaction() as session:
        conversation = await conversation_for(session, user, strict_id(path["conversation_id"]))
        message = await message_in(session, conversation, strict_id(path["message_id"]), locked=True)
        if thumb not in THUMBS:
            raise Invalid(field="verdict")
        await verdicts.give(session, message, user.id, is_good=THUMBS[thumb], note=note)
        verdict = await verdicts.verdict_of(session, message.id, user.id)
    if not wants_fragment(request):
        return RedirectResponse(f"/c/{conversation.id}/messages/{message.id}/info", 303)
    return render(request, "messages/_judged.html", message=message, verdict=verdict)
