"""Labels: which stand on a conversation, and the page on which supervisors make, change and delete them."""

from typing import Any

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from app.accounts.permissions import Permission, may
from app.conversations import labelling, listing
from app.conversations.access import conversation_for, strict_id
from app.db import reading, transaction
from app.errors import Invalid
from app.forms import text_field, whole_number
from app.pages.answers import changed
from app.pages.sheets import Sheet, drawn
from app.templating import render, wants_fragment

SHEET = Sheet("conversations/_labels.html", labelling.HEADING)


async def show(request: Request) -> Response:
    """`GET /c/{id}/labels`: all labels, those that stand on it pressed."""
    async with reading() as session:
        found = await conversation_for(session, request.state.user, conversation_in(request))
        row = (await listing.rows_by_id(session, [found.id]))[found.id]
    return drawn(request, SHEET, row=row, **await every_label(request))


async def every_label(request: Request) -> dict[str, Any]:
    async with reading() as session:
        labels = await labelling.all_labels(session)
    return {"labels": labels, "oversees": may(request.state.user, Permission.OVERSEE)}


async def update(request: Request) -> Response:
    """`POST /c/{id}/labels` with `put` or `take_off`, the id of a label. Without script back to the form, for the next."""
    form = await request.form(max_files=0)
    conversation_id = conversation_in(request)
    async with transaction() as session:
        found = await conversation_for(session, request.state.user, conversation_id, locked=True)
        act, given = (labelling.put, "put") if form.get("put") else (labelling.take_off, "take_off")
        await act(session, found, label_in(form, given), request.state.user)
    if not wants_fragment(request):
        return RedirectResponse(f"/c/{conversation_id}/labels", status_code=303)
    return await changed(request, conversation_id, sheet=await every_label(request))


def label_in(form: FormData, name: str) -> int:
    label_id = whole_number(text_field(form, name), lowest=1, highest=10**18 - 1)
    if label_id is None:
        raise Invalid(field=name)
    return label_id


def conversation_in(request: Request) -> int:
    return strict_id(request.path_params["conversation_id"])


async def overview(request: Request) -> Response:
    """`GET /labels`."""
    return await page(request)


async def create(request: Request) -> Response:
    """`POST /labels` with `name` and `colour`: 303, or 422 with the page and its error."""
    form = await request.form(max_files=0)
    try:
        async with transaction() as session:
            await labelling.create(session, request.state.user, *wanted(form))
    except Invalid as fault:
        return await page(request, form, fault)
    return RedirectResponse("/labels", status_code=303)


async def change(request: Request) -> Response:
    """`POST /labels/{label_id}`, as above."""
    form = await request.form(max_files=0)
    label_id = strict_id(request.path_params["label_id"])
    try:
        async with transaction() as session:
            await labelling.change(session, request.state.user, label_id, *wanted(form))
    except Invalid as fault:
        return await page(request, form, fault, label_id)
    return RedirectResponse("/labels", status_code=303)


async def remove(request: Request) -> Response:
    """`POST /labels/{label_id}/deletion`: the page has asked."""
    async with transaction() as session:
        await labelling.remove(session, request.state.user, strict_id(request.path_params["label_id"]))
    return RedirectResponse("/labels", status_code=303)


def wanted(form: FormData) -> tuple[str, str]:
    return text_field(form, "name"), text_field(form, "colour")


async def page(
    request: Request, form: FormData | None = None, fault: Invalid | None = None, wrong_id: int | None = None
) -> Response:
    async with reading() as session:
        labels, counts = await labelling.all_labels(session), await labelling.counts(session)
    name, colour = wanted(form) if form else ("", "")
    return render(
        request,
        "labels/labels.html",
        status=fault.status if fault else 200,
        labels=labels,
        counts=counts,
        colours=labelling.COLOURS,
        next_colour=labelling.next_colour(labels),
        oversees=may(request.state.user, Permission.OVERSEE),
        wrong_id=wrong_id,
        error=fault.words if fault else None,
        name=name,
        colour=colour,
    )
