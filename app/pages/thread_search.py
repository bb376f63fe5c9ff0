"""Search within one conversation, in the drawer beside it: by words, or for a day."""

from datetime import date
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncSession
from starlette.requests import Request
from starlette.responses import Response

from app import clock
from app.accounts.models import User
from app.conversations import thread_pages
from app.conversations.access import strict_id
from app.conversations.message_marks import marks_on
from app.conversations.models import Conversation
from app.conversations.quotes import quotes_of
from app.forms import whole_number
from app.i18n import N_
from app.pages import inbox
from app.pages.drawers import Drawer
from app.search import messages
from app.search.question import day_in, question_in


async def show(request: Request) -> Response:
    """`GET /c/{id}/search?q=`, with `before=ID` for older hits; `?day=2026-11-26` for that day's first message."""
    asked = request.query_params
    load = partial(
        found,
        request.state.user,
        request.app.state.settings.zone,
        asked.get("q", ""),
        whole_number(asked.get("before", ""), lowest=1, highest=10**18 - 1),
        day_in(asked.get("day", "")),
    )
    drawer = Drawer("search", N_("Search in the conversation"), "conversations/_thread_search.html", load)
    return await inbox.page(request, strict_id(request.path_params["conversation_id"]), drawer)


async def found(
    reader: User,
    zone: ZoneInfo,
    words: str,
    before: int | None,
    day: date | None,
    session: AsyncSession,
    conversation: Conversation,
) -> dict[str, Any]:
    """What the reader has deleted for themselves is not found again."""
    question = question_in({"q": words})
    hits = await messages.find(
        session, reader, question, zone, conversation_id=conversation.id, before=before
    )
    marks = await marks_on(session, reader.id, [hit.message.id for hit in hits.hits])
    shown = [hit for hit in hits.hits if hit.message.id not in marks.hidden]
    quotes = await quotes_of(session, [hit.message for hit in shown])
    first = await thread_pages.first_from(session, conversation.id, zone, day) if day else None
    return {
        "question": question,
        "hits": list(zip(quotes, shown, strict=True)),
        "older": hits.older,
        "day": day,
        "first_of_day": first,
        "today": clock.today(zone),
    }
