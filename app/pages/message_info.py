"""What became of one message, in the drawer beside its conversation."""

from functools import partial
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession
from starlette.requests import Request
from starlette.responses import Response

from app.accounts.permissions import Permission, may
from app.assistant.made import made_of
from app.conversations.access import strict_id
from app.conversations.message_info import info_of
from app.conversations.models import Conversation
from app.i18n import N_
from app.pages import inbox
from app.pages.drawers import Drawer


async def show(request: Request) -> Response:
    """`GET /c/{id}/messages/{message_id}/info`."""
    path = request.path_params
    oversees = may(request.state.user, Permission.OVERSEE)
    load = partial(loaded, strict_id(path["message_id"]), oversees)
    drawer = Drawer("message-info", N_("Message details"), "messages/_info.html", load)
    return await inbox.page(request, strict_id(path["conversation_id"]), drawer)


async def loaded(
    message_id: int, oversees: bool, session: AsyncSession, conversation: Conversation
) -> dict[str, Any]:
    info = await info_of(session, conversation, message_id)
    turn_id = info.quote.message.turn_id
    made = await made_of(session, turn_id) if turn_id is not None else None
    return {"info": info, "made": made, "oversees": oversees}
