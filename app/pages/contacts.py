"""A contact: their names and identities, who else they may be, and the merges that can be undone."""

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from app import clock
from app.contacts import card, duplicates, merging, naming, phone_book
from app.conversations.access import strict_id
from app.db import reading, transact, transaction
from app.errors import NotFound
from app.forms import text_field
from app.i18n import N_
from app.templating import render, wants_fragment

NOT_THERE = N_("This contact does not exist.")


async def show(request: Request) -> Response:
    """`GET /contacts/{id}`; 303 to the one that it has become."""
    contact_id = strict_id(request.path_params["contact_id"])
    async with reading() as session:
        found = await card.of(session, contact_id)
        became = await merging.survivors(session, [contact_id])
    if became:
        return RedirectResponse(f"/contacts/{became[contact_id]}", 303)
    if found is None:
        raise NotFound(NOT_THERE)
    return render(request, "contacts/contact.html", card=found)


async def rename(request: Request) -> Response:
    """`POST /contacts/{id}/name`: what the business calls them; "": what they call themselves."""
    form = await request.form(max_files=0)
    contact_id = strict_id(request.path_params["contact_id"])
    name = naming.cleaned(text_field(form, "name"))
    async with transaction() as session:
        if await card.of(session, contact_id) is None:
            raise NotFound(NOT_THERE)
        await phone_book.call(session, contact_id, name, clock.now())
    return done(request, contact_id)


async def merge(request: Request) -> Response:
    """`POST /contacts/{id}/merges` with `other_id`: a person says that they are one. Raises NotAsItWas."""
    one, other = await pair_in(request)
    noted = await transact(lambda session: merging.merge(session, one, other, by=request.state.user))
    return done(request, noted.survivor_id)


async def undo(request: Request) -> Response:
    """`POST /contacts/{id}/merges/{merge_id}/undo`: they are two again."""
    contact_id = strict_id(request.path_params["contact_id"])
    merge_id = strict_id(request.path_params["merge_id"])
    await transact(lambda session: merging.undo(session, contact_id, merge_id))
    return done(request, contact_id)


async def tell_apart(request: Request) -> Response:
    """`POST /contacts/{id}/distinctions` with `other_id`: a person says that they are two."""
    one, other = await pair_in(request)
    await transact(lambda session: duplicates.dismiss(session, one, other))
    return done(request, one)


async def pair_in(request: Request) -> tuple[int, int]:
    form = await request.form(max_files=0)
    pair = strict_id(request.path_params["contact_id"]), strict_id(text_field(form, "other_id"))
    if pair[0] == pair[1]:
        raise NotFound(NOT_THERE)
    return pair


def done(request: Request, contact_id: int) -> Response:
    """The inbox hears by its live news what became of it; a form without script goes to the contact."""
    if wants_fragment(request):
        return Response(status_code=204)
    return RedirectResponse(f"/contacts/{contact_id}", 303)
