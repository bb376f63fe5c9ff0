"""The inbox: the list, and the open conversation beside it, whole in the first answer."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.requests import Request
from starlette.responses import Response

from app import clock
from app.accounts.models import User
from app.accounts.permissions import Permission, may
from app.attention import counting
from app.attention.models import ReadCursor
from app.conversations import held_texts, listing, thread
from app.conversations.access import conversation_for, strict_id
from app.conversations.listing import ListPage, Row, Seen
from app.conversations.models import Conversation, HeldText
from app.conversations.ordering import parse_key
from app.conversations.thread import ThreadPage
from app.db import reading
from app.live.ring import CURSOR, newest
from app.outbox import troubles
from app.pages.drawers import Drawer
from app.templating import render, wants_fragment
from app.whatsapp import journal
from app.whatsapp.journal import Silence


@dataclass(frozen=True)
class OpenConversation:
    """What the right-hand pane shows. `first_unread` is the position after which the unread bar stands, if any."""

    row: Row
    seen: Seen
    thread: ThreadPage
    first_unread_id: int | None
    compose_id: str
    hold_id: str  # the same for a text that is held
    held: Sequence[HeldText]


async def inbox(request: Request) -> Response:
    """`GET /`: the list and the empty pane."""
    return await page(request, None)


async def conversation(request: Request) -> Response:
    """`GET /c/{id}`: the inbox with this conversation and no drawer."""
    return await page(request, strict_id(request.path_params["conversation_id"]))


async def page(request: Request, conversation_id: int | None, drawer: Drawer | None = None) -> Response:
    """The inbox, the open conversation beside it, the drawer beside that. For htmx only what it asks for by its target:
    `#pane` with the drawer of this address, or `#drawer` alone. Raises NotFound, Joined."""
    user: User = request.state.user
    if conversation_id is not None and asks_for(request, "drawer"):
        return await drawer_alone(request, conversation_id, drawer)
    async with reading() as session:
        cursor = await newest(
            session
        )  # first the cursor, then the data: what comes between is drawn twice, never lost
        opened = (
            await open_for(session, request, user, conversation_id) if conversation_id is not None else None
        )
        shown: dict[str, Any] = {
            "cursor": cursor,
            "opened": opened,
            "today": clock.today(request.app.state.settings.zone),
            "now": clock.now(),
            "drawer": drawer,
        }
        if drawer and opened:
            shown |= await loaded(session, drawer, opened.row.conversation)
        if asks_for(request, "pane"):
            return render(request, "conversations/_opened.html", **shown)
        rows = await listing.page(session, user)
        waiting = await counting.conversations_to_look_at(session, user)
        silence = await silence_for(session, request, user)
        shown["stopped"] = await troubles.states(session, only_stopped=True)
        shown["administers"] = may(user, Permission.ADMINISTER)
    return render(request, "conversations/inbox.html", rows=rows, waiting=waiting, silence=silence, **shown)


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


async def silence_for(session: AsyncSession, request: Request, user: User) -> Silence | None:
    """That WhatsApp sends nothing is for admins to know; a simulated one is silent whenever nobody plays."""
    if request.app.state.settings.simulates_whatsapp or not may(user, Permission.ADMINISTER):
        return None
    return await journal.silence(session)


async def open_for(
    session: AsyncSession, request: Request, user: User, conversation_id: int
) -> OpenConversation:
    found = await conversation_for(session, user, conversation_id)
    row = (await listing.rows_by_id(session, [found.id]))[found.id]
    seen = (await listing.seen_by(session, user, [found]))[found.id]
    position = await read_position(session, user, found) if seen.unread else None
    zone = request.app.state.settings.zone
    shown = await thread.page_from(session, found.id, zone, position)
    held = await held_texts.of(session, found.id)
    return OpenConversation(row, seen, shown, first_unread(shown, position), str(uuid4()), str(uuid4()), held)


async def read_position(session: AsyncSession, user: User, found: Conversation) -> int:
    at = select(ReadCursor.position).where(
        ReadCursor.user_id == user.id, ReadCursor.conversation_id == found.id
    )
    return (await session.execute(at)).scalar_one_or_none() or 0


def first_unread(shown: ThreadPage, position: int | None) -> int | None:
    """The first bubble in the thread that this attendant has not seen."""
    if position is None:
        return None
    unseen = (bubble.message for bubble in shown.bubbles if bubble.message.direction == "in")
    return next((message.id for message in unseen if message.position > position), None)


async def more_rows(request: Request) -> Response:
    """`GET /conversations?before=KEY`: the next rows of the list."""
    before = parse_key(request.query_params.get("before", ""))
    async with reading() as session:
        cursor = await newest(session)
        rows: ListPage = await listing.page(session, request.state.user, before)
    return render(request, "conversations/_more_rows.html", headers={CURSOR: str(cursor)}, rows=rows)
