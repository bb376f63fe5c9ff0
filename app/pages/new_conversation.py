"""A conversation that the business begins: whose phone it is, and then the template."""

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from app.conversations import starting
from app.conversations.access import LARGEST_ID
from app.db import reading, transact
from app.errors import Invalid
from app.forms import text_field, whole_number
from app.templating import render


async def show(request: Request) -> Response:
    """`GET /conversations/new?phone=…&name=…`: the form, with what a contact card says already in it."""
    told = request.query_params
    return await page(request, {"phone": told.get("phone", "")[:40], "name": told.get("name", "")[:120]})


async def create(request: Request) -> Response:
    """`POST /conversations/new`: `phone`, `name`, `number`; 303 to its templates, 422 with the form."""
    form = await request.form(max_files=0)
    typed = {name: text_field(form, name) for name in ("phone", "name", "number")}
    number = whole_number(typed["number"], lowest=1, highest=LARGEST_ID)
    try:
        started = await transact(
            lambda session: starting.start(session, number, typed["phone"], typed["name"])
        )
    except Invalid as refusal:
        return await page(request, typed, refusal)
    return RedirectResponse(f"/c/{started.id}/templates", status_code=303)


async def page(request: Request, typed: dict[str, str], refusal: Invalid | None = None) -> Response:
    async with reading() as session:
        numbers = await starting.numbers_that_send(session)
    return render(
        request,
        "message_templates/new_conversation.html",
        status=refusal.status if refusal else 200,
        numbers=numbers,
        typed={"phone": "", "name": "", "number": ""} | typed,
        error=refusal.words if refusal else None,
        error_field=refusal.field if refusal else None,
    )
