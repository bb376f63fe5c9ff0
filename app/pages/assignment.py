"""Who has a conversation: the sheet of colleagues, and giving it to one of them."""

from typing import Any

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from app.conversations import assignment, listing
from app.conversations.access import conversation_for, strict_id
from app.db import reading, transaction
from app.errors import Invalid
from app.forms import text_field, whole_number
from app.i18n import N_
from app.pages.answers import changed
from app.pages.sheets import Sheet, drawn
from app.templating import render, wants_fragment

SHEET = Sheet("conversations/_assignment.html", N_("Assign to…"))


async def show(request: Request) -> Response:
    """`GET /c/{id}/assignment`."""
    return drawn(request, SHEET, **await colleagues(request), error=None, note="")


async def update(request: Request) -> Response:
    """`POST /c/{id}/assignment` with `user_id` ("" for nobody) and `note`; 422 with the sheet's form."""
    form = await request.form(max_files=0)
    conversation_id = strict_id(request.path_params["conversation_id"])
    note = text_field(form, "note").replace("\r\n", "\n").replace("\0", "")
    try:
        async with transaction() as session:
            found = await conversation_for(session, request.state.user, conversation_id, locked=True)
            await assignment.assign(session, found, to=person_in(form), by=request.state.user, words=note)
    except Invalid as fault:
        return await refused(request, fault, note)
    if not wants_fragment(request):
        return RedirectResponse(f"/c/{conversation_id}", status_code=303)
    return await changed(request, conversation_id)


def person_in(form: FormData) -> int | None:
    written = text_field(form, "user_id")
    person = whole_number(written, lowest=1, highest=10**18 - 1)
    if person is None and (written or "user_id" not in form):
        raise Invalid(N_("Choose a colleague, or nobody."), field="user_id")
    return person


async def refused(request: Request, fault: Invalid, note: str) -> Response:
    """The form again with the reason; what was written to the colleague is kept."""
    shown = await colleagues(request) | {"error": fault.words, "note": note}
    if wants_fragment(request):
        return render(request, SHEET.template, status=fault.status, is_sheet=True, **shown)
    return drawn(request, SHEET, status=fault.status, **shown)


async def colleagues(request: Request) -> dict[str, Any]:
    async with reading() as session:
        conversation_id = strict_id(request.path_params["conversation_id"])
        found = await conversation_for(session, request.state.user, conversation_id)
        row = (await listing.rows_by_id(session, [found.id]))[found.id]
        return {"row": row, "colleagues": await assignment.colleagues(session)}
