"""Who the customer of an open conversation is, in the drawer beside it."""

from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession
from starlette.requests import Request
from starlette.responses import Response

from app.conversations import listing
from app.conversations.access import strict_id
from app.conversations.models import Conversation
from app.i18n import N_
from app.pages import inbox
from app.pages.drawers import Drawer


async def show(request: Request) -> Response:
    """`GET /c/{id}/contact`."""
    conversation_id = strict_id(request.path_params["conversation_id"])
    return await inbox.page(request, conversation_id, CONTACT)


async def load(session: AsyncSession, conversation: Conversation) -> dict[str, Any]:
    return {"row": (await listing.rows_by_id(session, [conversation.id]))[conversation.id]}


CONTACT = Drawer("contact", N_("Contact details"), "contacts/_drawer.html", load)
