"""Calling an attendant without a tab: where their browser is reached, and what a call says once it has arrived there."""

from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from app.accounts.models import User
from app.attention import counting
from app.conversations import listing
from app.conversations.access import conversation_for, strict_id
from app.conversations.brief import with_sign
from app.conversations.models import Conversation, Handoff, Message
from app.conversations.seen import seen_by
from app.db import reading, transaction
from app.forms import text_field
from app.i18n import _
from app.push import subscriptions
from app.push.calling import ANYTHING_NEW, COME
from app.templating import render

LONGEST_BODY = 180  # characters; a desktop shows fewer


async def subscribe(request: Request) -> Response:
    """POST /push/subscriptions: fields endpoint, p256dh, auth, as the browser names them. 204, or 422."""
    fields = await request.form(max_files=0)
    told = {name: text_field(fields, name) for name in ("endpoint", "p256dh", "auth")}
    further = request.app.state.settings.push_services
    async with transaction() as session:
        await subscriptions.subscribe(session, request.state.sign_in_id, **told, further=further)
    return Response(status_code=204)


async def show(request: Request) -> Response:
    """GET /c/{id}/call: what the service worker shows, as JSON; 204 where everything has been read meanwhile."""
    user: User = request.state.user
    async with reading() as session:
        wanted = strict_id(request.path_params["conversation_id"])
        conversation = await conversation_for(session, user, wanted)
        told = await told_in(session, user, conversation)
    return Response(status_code=204) if told is None else JSONResponse(told)


async def told_in(session: AsyncSession, user: User, conversation: Conversation) -> dict[str, Any] | None:
    """`title`, `body` and `waiting`, the number for the icon."""
    unread = (await seen_by(session, user, [conversation]))[conversation.id].unread
    standing = select(Handoff.id).where(
        Handoff.conversation_id == conversation.id, Handoff.settled_at.is_(None)
    )
    is_handed_over = (await session.execute(standing.limit(1))).first() is not None
    if not unread and not is_handed_over:
        return None
    row = (await listing.rows_by_id(session, [conversation.id]))[conversation.id]
    body = _(COME) if is_handed_over else _(ANYTHING_NEW)
    if user.alert_shows_text and unread and not is_handed_over:
        newest = select(Message).where(
            Message.conversation_id == conversation.id, Message.position == conversation.last_inbound_position
        )
        message = (await session.scalars(newest)).one_or_none()
        body = with_sign(message)[:LONGEST_BODY] if message else body
    waiting = (await counting.counts_of(session, user)).waiting
    return {"title": row.name, "body": body, "waiting": waiting}


async def offline(request: Request) -> Response:
    """GET /offline: what the service worker keeps for when we cannot be reached. It says nothing of anybody."""
    return render(request, "offline.html")
