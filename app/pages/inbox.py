"""The inbox: the list, and the open conversation beside it, whole in the first answer."""

from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncSession
from starlette.requests import Request
from starlette.responses import Response

from app import clock
from app.accounts.models import User
from app.accounts.permissions import Permission, may
from app.assistant.budget import Alert, alert
from app.consulting.showing import shown_in
from app.conversations import opening
from app.conversations.access import conversation_for, strict_id
from app.conversations.filters import Filter
from app.conversations.models import Conversation
from app.db import reading
from app.live.ring import CURSOR, newest
from app.notes import writing
from app.outbox import troubles
from app.pages import lists, search
from app.pages.drawers import Drawer
from app.quick_replies import choosing
from app.quick_replies.choosing import Choice
from app.templating import render, wants_fragment
from app.whatsapp import journal
from app.whatsapp.journal import Silence


async def inbox(request: Request) -> Response:
    """`GET /`: the list and the empty pane."""
    return await page(request, None)


async def conversation(request: Request) -> Response:
    """`GET /c/{id}`: the inbox with this conversation and no drawer, `?at=ID` round that message."""
    return await page(request, strict_id(request.path_params["conversation_id"]))


async def searching(request: Request) -> Response:
    """`GET /search?q=…`: what is found in the place of the list, beside the empty pane."""
    if asks_for(request, "#list") or (wants_fragment(request) and "before" in request.query_params):
        return await search.alone(request)
    return await page(request, None)


async def page(request: Request, conversation_id: int | None, drawer: Drawer | None = None) -> Response:
    """The inbox, the open conversation beside it, the drawer beside that. For htmx only what it asks for by its target:
    `#pane` with the drawer of this address, `#drawer` alone, or `#list` with another filter. Raises NotFound, Joined."""
    user: User = request.state.user
    if asks_for(request, "#list"):
        return await lists.alone(request)
    if conversation_id is not None and asks_for(request, "drawer"):
        return await drawer_alone(request, conversation_id, drawer)
    async with reading() as session:
        cursor = await newest(
            session
        )  # first the cursor, then the data: what comes between is drawn twice, never lost
        opened = None
        if conversation_id is not None:
            zone = request.app.state.settings.zone
            opened = await opening.open_for(session, user, conversation_id, zone, place_asked_for(request))
        shown: dict[str, Any] = {
            "cursor": cursor,
            "opened": opened,
            "today": clock.today(request.app.state.settings.zone),
            "now": clock.now(),
            "drawer": drawer,
        }
        if drawer and opened:
            shown |= await loaded(session, drawer, opened.row.conversation)
        if opened:
            shown["note_text"] = await writing.draft(session, user.id, opened.row.conversation.id)
            shown["help"] = (await shown_in(session, opened.row.conversation.id)).get(user.id)
            shown["begun"] = await begun_with(session, request, opened.row.conversation)
        if asks_for(request, "pane"):
            return render(request, "conversations/_opened.html", **shown)
        shown |= await lists.body(session, request, Filter.asked(request.query_params), conversation_id)
        shown |= await search.field(session, request)
        if request.url.path == "/search" or not shown["asked"].is_empty:
            shown |= await search.found_for(session, request)
        silence = await silence_for(session, request, user)
        shown["stopped"] = await troubles.states(session, only_stopped=True)
        shown["claude_alert"] = await claude_alert(session, user, request.app.state.settings.zone)
        shown["administers"] = may(user, Permission.ADMINISTER)
    return render(request, "conversations/inbox.html", silence=silence, **shown)


def asks_for(request: Request, element: str) -> bool:
    """Whether htmx will put the answer in the place of this element."""
    return wants_fragment(request) and request.headers.get("hx-target", "").endswith(element)


async def drawer_alone(request: Request, conversation_id: int, drawer: Drawer | None) -> Response:
    async with reading() as session:
        cursor = await newest(session)
        found = await conversation_for(session, request.state.user, conversation_id)
        shown = await loaded(session, drawer, found) if drawer else {}
    return render(
        request, "conversations/_drawer.html", headers={CURSOR: str(cursor)}, drawer=drawer, **shown
    )


async def loaded(session: AsyncSession, drawer: Drawer, found: Conversation) -> dict[str, Any]:
    return {"conversation": found} | await drawer.load(session, found)


async def begun_with(session: AsyncSession, request: Request, found: Conversation) -> Choice | None:
    """What `?quick_reply=ID` puts into the composer, where no script does. Raises NotFound."""
    asked = request.query_params.get("quick_reply")
    if asked is None:
        return None
    zone = request.app.state.settings.zone
    return await choosing.choice(session, found, request.state.user, zone, strict_id(asked))


def place_asked_for(request: Request) -> int | None:
    """The message that `?at=` names. Raises NotFound for what is no id."""
    at = request.query_params.get("at")
    return strict_id(at) if at is not None else None


async def claude_alert(session: AsyncSession, user: User, zone: ZoneInfo) -> Alert | None:
    """What supervisors and admins have to know of Claude."""
    return await alert(session, zone) if may(user, Permission.OVERSEE) else None


async def silence_for(session: AsyncSession, request: Request, user: User) -> Silence | None:
    """That WhatsApp sends nothing is for admins to know; a simulated one is silent whenever nobody plays."""
    if request.app.state.settings.simulates_whatsapp or not may(user, Permission.ADMINISTER):
        return None
    return await journal.silence(session)
