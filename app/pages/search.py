"""Searching: what is found stands where the list stood, for the words in the address."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.requests import Request
from starlette.responses import Response

from app.accounts.models import User
from app.conversations.access import strict_id
from app.db import reading
from app.i18n import N_, _
from app.live.ring import CURSOR, newest
from app.pages import lists
from app.search.question import By, Kind, Question, When, question_in
from app.search.results import results
from app.templating import render

KINDS = {
    "": ("", N_("All")),
    Kind.UNREAD: ("mail", N_("Unread")),
    Kind.PHOTO: ("image", N_("Photos")),
    Kind.VIDEO: ("video", N_("Videos")),
    Kind.LINK: ("link", N_("Links")),
    Kind.DOCUMENT: ("file-text", N_("Documents")),
    Kind.AUDIO: ("mic", N_("Audio")),
    Kind.NOTE: ("sticky-note", N_("Notes")),
}
WRITERS = {
    "": N_("By anybody"),
    By.CUSTOMER: N_("By the customer"),
    By.ME: N_("By me"),
    By.CLAUDE: N_("By Claude"),
    By.PHONE: N_("By the phone app"),
}
TIMES = {
    "": N_("At any time"),
    When.TODAY: N_("Today"),
    When.WEEK: N_("The last 7 days"),
    When.MONTH: N_("The last 30 days"),
    When.BETWEEN: N_("Between two days"),
}


def asked_by(request: Request) -> Question:
    return question_in(request.query_params)


async def field(session: AsyncSession, request: Request) -> dict[str, Any]:
    """What `search/_field.html` needs, beside the path of what is open; and that nothing was looked for so far."""
    others = (
        select(User).where(User.is_active.is_(True), User.id != request.state.user.id).order_by(User.name)
    )
    colleagues: Sequence[User] = (await session.scalars(others)).all()
    return {
        "asked": asked_by(request),
        "colleagues": colleagues,
        "kinds": [(kind, sign, _(words)) for kind, (sign, words) in KINDS.items()],
        "writers": [(by, _(words)) for by, words in WRITERS.items()],
        "times": [(when, _(words)) for when, words in TIMES.items()],
        "results": None,
    }


async def found_for(session: AsyncSession, request: Request) -> dict[str, Any]:
    """What `search/_results.html` needs, beside the cursor of the session. Raises NotFound for a page that is none."""
    before = request.query_params.get("before")
    asked, zone = asked_by(request), request.app.state.settings.zone
    from_here = strict_id(before) if before is not None else None
    return {
        "asked": asked,
        "results": await results(session, request.state.user, asked, zone, from_here),
    }


async def alone(request: Request) -> Response:
    """`GET /search?q=…` for htmx: what was found, or with `before` the next messages. The address keeps what is open."""
    async with reading() as session:
        cursor = await newest(session)
        shown = await found_for(session, request)
    if "before" in request.query_params:
        return render(request, "search/_messages.html", **shown)
    path = lists.address_shown(request)[0]
    address = f"{path if lists.OPEN.match(path) else '/search'}?{shown['asked'].address()}"
    headers = {CURSOR: str(cursor), "HX-Replace-Url": address}
    return render(request, "search/_results.html", headers=headers, cursor=cursor, **shown)
