"""Photos, links and documents of a conversation, in the drawer beside it."""

from dataclasses import replace
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession
from starlette.requests import Request
from starlette.responses import Response

from app.conversations import shared
from app.conversations.access import conversation_for, strict_id
from app.conversations.models import Conversation
from app.conversations.ordering import parse_key
from app.db import reading
from app.errors import NotFound
from app.i18n import N_
from app.live.ring import CURSOR, newest
from app.pages import inbox
from app.pages.drawers import Drawer
from app.templating import render, wants_fragment


async def show(request: Request) -> Response:
    """`GET /c/{id}/shared/{kind}`, kind = media, links or documents; with `before=KEY` those that are older."""
    conversation_id = strict_id(request.path_params["conversation_id"])
    kind = kind_in(request)
    before = parse_key(request.query_params.get("before", ""))
    zone = request.app.state.settings.zone

    async def load(session: AsyncSession, conversation: Conversation) -> dict[str, Any]:
        page = await shared.page(session, conversation.id, kind, zone, before)
        left = await shared.shown_to(session, request.state.user.id, page.things)
        return {"shared": replace(page, things=left)}

    if wants_fragment(request) and before and not inbox.asks_for(request, "drawer"):
        async with reading() as session:
            cursor = await newest(session)
            found = await conversation_for(session, request.state.user, conversation_id)
            shown = await load(session, found)
        headers = {CURSOR: str(cursor)}
        return render(request, "shared/_older.html", headers=headers, conversation=found, **shown)
    drawer = Drawer("shared", N_("Media, links and docs"), "shared/_drawer.html", load, back="contact")
    return await inbox.page(request, conversation_id, drawer)


def kind_in(request: Request) -> shared.Kind:
    """Raises NotFound for what is none."""
    try:
        return shared.Kind(request.path_params["kind"])
    except ValueError:
        raise NotFound from None
