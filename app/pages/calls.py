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
from app.conversations.handoff_models import Handoff
from app.conversations.models import Conversation, Message
from app.conversations.seen import seen_by
from app.db import reading, transaction
from app.forms import text_field
from app.i18n import _
from app.notes import mentions
from app.push import subscriptions
from app.push.calling import WORDS, Why
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
    """GET /c/{id}/call?why=…: what the service worker shows, as JSON; 204 where everything has been read meanwhile."""
    user: User = request.state.user
    async with reading() as session:
        wanted = strict_id(request.path_params["conversation_id"])
        conversation = await conversation_for(session, user, wanted)
        told = await told_in(session, user, conversation, request.query_params.get("why", ""))
    return Response(status_code=204) if told is None else JSONResponse(told)


async def told_in(
    session: AsyncSession, user: User, conversation: Conversation, why: str
) -> dict[str, Any] | None:
    """`title`, `body` and `waiting`, the number for the icon."""
    body = await body_of(session, user, conversation, why)
    if body is None:
        return None
    row = (await listing.rows_by_id(session, [conversation.id]))[conversation.id]
    waiting = (await counting.counts_of(session, user)).waiting
    return {"title": row.name, "body": body[:LONGEST_BODY], "waiting": waiting}


async def body_of(session: AsyncSession, user: User, conversation: Conversation, why: str) -> str | None:
    """What concerns this attendant alone is said where it was called for; else a hand-over before a message."""
    if why == Why.ASSIGNED and conversation.assignee_id == user.id:
        return _(WORDS[Why.ASSIGNED])
    if why == Why.NAMED and (note := await mentions.newest_unseen(session, user.id, conversation.id)):
        by = await session.get(User, note.user_id) if note.user_id else None
        told = _("%(name)s names you in a note") % {"name": by.name} if by else _(WORDS[Why.NAMED])
        return f"{told}: {with_sign(note)}" if user.alert_shows_text else told
    standing = select(Handoff.id).where(
        Handoff.conversation_id == conversation.id, Handoff.settled_at.is_(None)
    )
    if (await session.execute(standing.limit(1))).first() is not None:
        return _(WORDS[Why.HANDED_OVER])
    if not (await seen_by(session, user, [conversation]))[conversation.id].unread:
        return None
    newest = select(Message).where(
        Message.conversation_id == conversation.id, Message.position == conversation.last_inbound_position
    )
    message = (await session.scalars(newest)).one_or_none() if user.alert_shows_text else None
    return with_sign(message) if message else _(WORDS[Why.MESSAGE])


async def offline(request: Request) -> Response:
    """GET /offline: what the service worker keeps for when we cannot be reached. It says nothing of anybody."""
    return render(request, "offline.html")
