"""Claude helps an attendant beside a conversation: what it can do, asking, stopping, using, laying aside."""

from collections.abc import Awaitable, Callable
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from app.accounts.models import User
from app.assistant import limits
from app.consulting import asking, using
from app.consulting.asking import NEEDS_TEXT, REWRITES
from app.consulting.models import Consultation, Wish
from app.consulting.showing import shown_in
from app.consulting.words import WORDS
from app.conversations import drafts, listing
from app.conversations.access import conversation_for, strict_id
from app.db import reading, transaction
from app.errors import Invalid
from app.forms import text_field
from app.i18n import N_
from app.live.ring import CURSOR, newest
from app.pages.sheets import Sheet, drawn
from app.templating import render, wants_fragment

SHEET = Sheet("consulting/_wishes.html", N_("Help from Claude"))
OWN_PLACE = {Wish.ASK, Wish.BRIEFING}  # a field of its own, a button on the card
OFFERED = [(wish, wish in NEEDS_TEXT) for wish in WORDS if wish not in OWN_PLACE]
NOT_NOW = N_("Claude is switched off or its budget is spent; an admin sees why on the page “Claude”.")


async def show(request: Request) -> Response:
    """`GET /c/{id}/consultations`: what Claude can do here, as a sheet or a page."""
    return await offer(request)


async def create(request: Request) -> Response:
    """`POST /c/{id}/consultations` with `wish`, and `text` where it works on one. 422: the form, and what is missing."""
    form = await request.form(max_files=0)
    wish, text = text_field(form, "wish"), text_field(form, "text").replace("\0", "")
    try:
        async with transaction() as session:
            found = await conversation_for(session, request.state.user, place(request), locked=True)
            await check_willing(session, request)
            await asking.ask(session, found, request.state.user, wish, text)
    except Invalid as fault:
        return await offer(request, fault, text)
    return await answer(request)


async def stop(request: Request) -> Response:
    """`POST /c/{id}/consultations/{consultation_id}/stop`: what was written until then stays."""
    await do(request, asking.stop)
    return await answer(request)


async def use(request: Request) -> Response:
    """`POST /c/{id}/consultations/{consultation_id}/use`: it is put into the text box, by the page or, without script,
    by way of the draft."""
    used = await do(request, using.use)
    if not wants_fragment(request):
        async with transaction() as session:
            keep = drafts.keep if used.wish in REWRITES else drafts.put_back
            await keep(session, request.state.user.id, place(request), used.text)
    return await answer(request)


async def use_briefing(request: Request) -> Response:
    """`POST /c/{id}/handoffs/{handoff_id}/use`: the same for the reply that a hand-over's card suggests."""
    user, handoff_id = request.state.user, strict_id(request.path_params["handoff_id"])
    async with transaction() as session:
        found = await conversation_for(session, user, place(request))
        used = await using.use_briefing(session, found, handoff_id, user)
        if not wants_fragment(request):
            await drafts.put_back(session, user.id, found.id, used.text)
    return Response(status_code=204) if wants_fragment(request) else RedirectResponse(f"/c/{found.id}", 303)


async def end(request: Request) -> Response:
    """`POST /c/{id}/consultations/end`"""
    async with transaction() as session:
        found = await conversation_for(session, request.state.user, place(request))
        await asking.lay_aside(session, found.id, request.state.user)
    return await answer(request)


async def do(
    request: Request, act: Callable[[AsyncSession, int, User], Awaitable[Consultation]]
) -> Consultation:
    async with transaction() as session:
        await conversation_for(session, request.state.user, place(request))
        return await act(session, strict_id(request.path_params["consultation_id"]), request.state.user)


async def check_willing(session: AsyncSession, request: Request) -> None:
    """Raises Invalid where no call of Claude's is to be made now."""
    zone = request.app.state.settings.zone
    if not request.app.state.claude.is_set_up or await limits.reason_to_ask_nothing(session, zone):
        raise Invalid(NOT_NOW, field="wish")


def place(request: Request) -> int:
    return strict_id(request.path_params["conversation_id"])


async def offer(request: Request, fault: Invalid | None = None, given: str = "") -> Response:
    async with reading() as session:
        found = await conversation_for(session, request.state.user, place(request))
        row = (await listing.rows_by_id(session, [found.id]))[found.id]
    shown: dict[str, Any] = {
        "row": row,
        "wishes": OFFERED,
        "given": given,
        "error": fault.words if fault else None,
    }
    if fault and wants_fragment(request):
        return render(request, SHEET.template, status=fault.status, is_sheet=True, **shown)
    return drawn(request, SHEET, status=fault.status if fault else 200, **shown)


async def answer(request: Request) -> Response:
    """What is shown now; the cursor tells the page whether newer news have been faster."""
    conversation_id = place(request)
    if not wants_fragment(request):
        return RedirectResponse(f"/c/{conversation_id}", 303)
    async with reading() as session:
        cursor = await newest(session)
        shown = (await shown_in(session, conversation_id)).get(request.state.user.id)
    told: dict[str, Any] = {"shown": shown, "conversation_id": conversation_id}
    return render(request, "live/consultation.html", headers={CURSOR: str(cursor)}, **told)
