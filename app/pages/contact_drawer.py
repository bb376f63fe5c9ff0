"""Who the customer of an open conversation is, in the drawer beside it."""

from dataclasses import replace
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncSession
from starlette.requests import Request
from starlette.responses import Response

from app.accounts.permissions import Permission, may
from app.assistant import costs
from app.contacts import card
from app.conversations import listing, shared, thread
from app.conversations.access import strict_id
from app.conversations.models import Conversation
from app.i18n import N_
from app.installation import installation
from app.pages import inbox
from app.pages.drawers import Drawer


async def show(request: Request) -> Response:
    """`GET /c/{id}/contact`."""
    oversees = may(request.state.user, Permission.OVERSEE)
    zone: ZoneInfo = request.app.state.settings.zone

    async def load(session: AsyncSession, conversation: Conversation) -> dict[str, Any]:
        strip = await shared.strip(session, conversation.id, zone)
        left = await shared.shown_to(session, request.state.user.id, strip.newest)
        return {
            "row": (await listing.rows_by_id(session, [conversation.id]))[conversation.id],
            "card": await card.of(session, conversation.contact_id),
            "first_written_at": await thread.first_written_at(session, conversation.id),
            "strip": replace(strip, newest=left),
            "cost": await costs.of_conversation(session, conversation.id) if oversees else None,
            "usd_in_brl": (await installation(session)).usd_in_brl,
        }

    drawer = Drawer("contact", N_("Contact details"), "contacts/_drawer.html", load)
    return await inbox.page(request, strict_id(request.path_params["conversation_id"]), drawer)
