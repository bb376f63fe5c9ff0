"""What Claude could not answer: the list, and what is seen to."""

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from app.accounts.permissions import Permission, may, require
from app.conversations.access import strict_id
from app.db import reading, transaction
from app.errors import Invalid
from app.forms import text_field, whole_number
from app.knowledge import gaps
from app.knowledge.models import GapMark
from app.templating import render

PAGE = "/knowledge/unanswered"


async def show(request: Request) -> Response:
    """`GET /knowledge/unanswered?before=ID`; `?settled=ID` offers to put that one back."""
    asked = request.query_params
    before = whole_number(asked.get("before", ""), lowest=1, highest=10**18 - 1)
    async with reading() as session:
        shown, older = await gaps.page(session, request.state.user, before)
    return render(
        request,
        "knowledge/unanswered.html",
        gaps=shown,
        older=older,
        is_first_page=before is None,
        oversees=may(request.state.user, Permission.OVERSEE),
        settled=whole_number(asked.get("settled", ""), lowest=1, highest=10**18 - 1),
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
