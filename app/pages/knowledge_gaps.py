"""What Claude could not answer: the list with what is proposed of it, and what is seen to."""

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from app.accounts.permissions import Permission, may, require
from app.conversations.access import strict_id
from app.db import reading, transaction
from app.errors import Invalid
from app.forms import text_field, whole_number
from app.knowledge import articles, gaps
from app.knowledge.models import GapMark
from app.proposing import deciding
from app.proposing.words import proposal_failed
from app.templating import render, wants_fragment

PAGE = "/knowledge/unanswered"


async def show(request: Request) -> Response:
    """`GET /knowledge/unanswered?before=ID`, the list alone for htmx, which asks again while a proposal is being written.
    `?settled=ID` and `?dismissed=ID` offer to put that one back, `?approved=ID` names the article."""
    asked, user = request.query_params, request.state.user
    before = place_in(asked.get("before", ""))
    async with reading() as session:
        shown, older = await gaps.page(session, user, before)
        proposals = await deciding.of_gaps(session, [one.handoff_id for one in shown])
        approved = await articles.known(session, place_in(asked.get("approved", "")))
    return render(
        request,
        "knowledge/_gaps.html" if wants_fragment(request) else "knowledge/unanswered.html",
        gaps=shown,
        older=older,
        before=before,
        proposals=proposals,
        askable=len(deciding.askable(shown, proposals)),
        is_willing=request.app.state.claude.is_set_up,
        failed=proposal_failed,
        oversees=may(user, Permission.OVERSEE),
        settled=place_in(asked.get("settled", "")),
        dismissed=place_in(asked.get("dismissed", "")),
        approved=approved,
    )


async def settle(request: Request) -> Response:
    """`POST /knowledge/unanswered/{handoff_id}` with `mark`: done, not_needed, or "" to put it back."""
    require(request.state.user, Permission.OVERSEE)
    handoff_id = strict_id(request.path_params["handoff_id"])
    async with request.form(max_files=0) as form:
        mark = text_field(form, "mark")
    if mark not in ("", GapMark.DONE, GapMark.NOT_NEEDED):
        raise Invalid
    async with transaction() as session:
        await gaps.settle(session, request.state.user, handoff_id, GapMark(mark) if mark else None)
    return RedirectResponse(f"{PAGE}?settled={handoff_id}" if mark else PAGE, 303)


def place_in(typed: str) -> int | None:
    """An id that an address or a field names; None for none."""
    return whole_number(typed, lowest=1, highest=10**18 - 1)
