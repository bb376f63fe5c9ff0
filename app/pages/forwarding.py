"""Forwarding: the sheet of conversations, and sending copies of messages to those that were chosen."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID, uuid4

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from app.conversations import forwarding, listing
from app.conversations.access import can_see, conversation_for, strict_id
from app.db import reading, transaction
from app.errors import Invalid
from app.forms import text_field
from app.i18n import N_
from app.pages.composed import texts
from app.search import people
from app.templating import render, wants_fragment


async def show(request: Request) -> Response:
    """`GET /c/{id}/forwarding?message=1&message=2`; `q` searches, `to` are those chosen already."""
    asked = request.query_params
    messages, chosen = ids(asked.getlist("message")), ids(asked.getlist("to"))
    shown = await sheet_of(request, messages, chosen, asked.get("q", ""))
    return drawn(request, **shown, compose_id=str(uuid4()), error=None)


def drawn(request: Request, *, status: int = 200, **shown: Any) -> Response:
    """For htmx the form, else a page of its own."""
    template = "_forward" if wants_fragment(request) else "forward"
    return render(request, f"conversations/{template}.html", status=status, **shown)


async def create(request: Request) -> Response:
    """`POST /c/{id}/forwarding` with `message`, `to` (one to five conversations) and `compose_id`; 422 with the form."""
    form = await request.form(max_files=0)
    conversation_id = strict_id(request.path_params["conversation_id"])
    try:
        to = forwarding.checked_places(ids(texts(form, "to")))
        await send(request, conversation_id, ids(texts(form, "message")), to, text_field(form, "compose_id"))
    except Invalid as fault:
        return await refused(request, form, fault)
    if not wants_fragment(request):
        return RedirectResponse(f"/c/{to[0]}", status_code=303)
    async with reading() as session:
        rows = await listing.rows_by_id(session, to)
    return render(request, "conversations/_forwarded.html", rows=[rows[one] for one in to if one in rows])


async def send(
    request: Request, conversation_id: int, messages: Sequence[int], to: Sequence[int], compose_id: str
) -> None:
    try:
        UUID(compose_id)
    except ValueError as error:
        raise Invalid(N_("This form is out of date. Reload the page."), field="compose_id") from error
    user, store = request.state.user, request.app.state.store
    async with reading() as session:
        found = await conversation_for(session, user, conversation_id)
        copies = await forwarding.copies(session, found, messages)
        numbers = {one: (await conversation_for(session, user, one)).number_id for one in to}
    if not copies.messages:
        raise Invalid(forwarding.NOTHING_TO_FORWARD, field="message")
    what = {one: await forwarding.outgoing_of(copies, store, number) for one, number in numbers.items()}
    async with transaction() as session:
        await forwarding.forward(session, user, what, compose_id)


async def refused(request: Request, form: FormData, fault: Invalid) -> Response:
    """The form again with the reason; what was chosen stays so."""
    shown = await sheet_of(request, ids(texts(form, "message")), ids(texts(form, "to")), "")
    return drawn(request, status=fault.status, **shown, compose_id=str(uuid4()), error=fault.words)


async def sheet_of(
    request: Request, messages: Sequence[int], chosen: Sequence[int], q: str
) -> dict[str, Any]:
    """Those chosen come first, then those found; without a search the latest ones."""
    user = request.state.user
    async with reading() as session:
        found = await conversation_for(session, user, strict_id(request.path_params["conversation_id"]))
        copies = await forwarding.copies(session, found, messages)
        latest = (
            [] if q.strip() else [row.conversation.id for row, _ in (await listing.page(session, user)).rows]
        )
        named = (await people.find(session, user, q)).conversation_ids
        asked = [one for one in dict.fromkeys([*chosen, *named, *latest]) if can_see(user, one)]
        rows = await listing.rows_by_id(session, asked)
    return {
        "conversation": found,
        "copies": copies,
        "left_out": len(set(messages)) - len(copies),
        "places": [rows[one] for one in asked if one in rows],
        "chosen": set(chosen),
        "q": q,
    }


def ids(written: Sequence[str]) -> list[int]:
    """Raises NotFound for what is no id."""
    return [strict_id(one) for one in written][:100]
