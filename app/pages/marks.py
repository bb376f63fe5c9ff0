"""How an attendant marks conversations: the menu of a row, one mark for one conversation, one for several."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from app.attention import counting
from app.attention.reading import mark_all_read
from app.conversations import listing, marks, seen
from app.conversations.access import conversation_for, conversations_for, strict_id
from app.conversations.marks import Mark
from app.db import reading, transaction
from app.errors import Invalid
from app.forms import is_on, text_field, whole_number
from app.i18n import N_
from app.live.ring import CURSOR, newest
from app.pages.lists import OPEN, address_shown, shown_beside
from app.templating import own_path, render, wants_fragment

MOST_AT_ONCE = 500


class Undo(NamedTuple):
    """What takes a mark back, and the sentences that offer it, for one conversation and for several."""

    mark: Mark
    one: str
    several: str


ARCHIVED = Undo(Mark.UNARCHIVE, N_("Conversation archived"), N_("%(num)d conversations archived"))
MUTED = Undo(Mark.UNMUTE, N_("Notifications muted"), N_("Notifications of %(num)d conversations muted"))
UNDOS: Mapping[Mark, Undo] = {Mark.ARCHIVE: ARCHIVED} | dict.fromkeys(marks.MUTES, MUTED)


async def menu(request: Request) -> Response:
    """`GET /c/{id}/menu`: what can be done with a row; without script a page of its own."""
    async with reading() as session:
        found = await conversation_for(
            session, request.state.user, strict_id(request.path_params["conversation_id"])
        )
        row = (await listing.rows_by_id(session, [found.id]))[found.id]
        part = (await seen.seen_by(session, request.state.user, [found]))[found.id]
    template = "conversations/_row_menu.html" if wants_fragment(request) else "conversations/menu.html"
    return render(request, template, row=row, seen=part)


async def create(request: Request) -> Response:
    """`POST /c/{id}/marks`: field `mark`, and `back` where to go without script."""
    form = await request.form(max_files=0)
    mark = mark_in(form)
    async with transaction() as session:
        found = await conversation_for(
            session, request.state.user, strict_id(request.path_params["conversation_id"])
        )
        await marks.put(session, request.state.user, [found], mark)
    return await answer(request, form, [found.id], mark)


async def create_many(request: Request) -> Response:
    """`POST /conversations/marks`: the same for each field `conversation`; `all` with the mark `read` for all there are."""
    form = await request.form(max_files=0)
    mark = mark_in(form)
    if is_on(form, "all") and mark is Mark.READ:
        async with transaction() as session:
            await mark_all_read(session, request.state.user)
        return Response(status_code=204) if wants_fragment(request) else back(form)
    ids = ids_in(form)
    async with transaction() as session:
        found = await conversations_for(session, request.state.user, ids)
        await marks.put(session, request.state.user, found, mark)
    return await answer(request, form, [one.id for one in found], mark)


def mark_in(form: FormData) -> Mark:
    mark = text_field(form, "mark")
    if mark not in list(Mark):
        raise Invalid(field="mark")
    return Mark(mark)


def ids_in(form: FormData) -> list[int]:
    chosen = [one for one in form.getlist("conversation") if isinstance(one, str)]
    ids = {whole_number(one, lowest=1, highest=10**18 - 1) for one in chosen}
    if None in ids or len(ids) > MOST_AT_ONCE:
        raise Invalid(field="conversation")
    if not ids:
        raise Invalid(N_("Choose at least one conversation."), field="conversation")
    return sorted(one for one in ids if one)


async def answer(request: Request, form: FormData, ids: Sequence[int], mark: Mark) -> Response:
    """The rows as the list that is shown has them now, the counts, and how to take it back."""
    if not wants_fragment(request):
        return back(form)
    opened = OPEN.match(address_shown(request)[0])
    async with reading() as session:
        cursor = await newest(session)
        rows = await listing.rows_by_id(session, ids)
        parts = await seen.seen_by(session, request.state.user, [row.conversation for row in rows.values()])
        counts = await counting.counts_of(session, request.state.user)
    return render(
        request,
        "conversations/_rows_marked.html",
        headers={CURSOR: str(cursor)},
        rows=[(rows[one], parts[one]) for one in ids],
        chosen=shown_beside(request),
        open_id=int(opened[1]) if opened else 0,
        counts=counts,
        undo=UNDOS.get(mark),
    )


def back(form: FormData) -> Response:
    return RedirectResponse(own_path(text_field(form, "back")), status_code=303)
