"""Articles that Claude proposes of what people answered: asked for, approved, laid aside."""

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from app.accounts.permissions import Permission, require
from app.conversations.access import strict_id
from app.db import transaction
from app.forms import is_on, text_field
from app.knowledge import gaps
from app.pages.consultations import check_willing
from app.pages.knowledge_gaps import PAGE, place_in
from app.proposing import deciding


async def create(request: Request) -> Response:
    """`POST /knowledge/unanswered/{handoff_id}/proposal`: Claude is asked for one, or for another."""
    form = await sent(request)
    async with transaction() as session:
        await check_willing(session, request)
        await deciding.ask(session, request.state.user, handoff_in(request))
    return back(request, form)


async def create_all(request: Request) -> Response:
    """`POST /knowledge/unanswered/proposals` with `before`: one for each answered question of that page that has none."""
    form, user = await sent(request), request.state.user
    before = place_in(text_field(form, "before"))
    async with transaction() as session:
        await check_willing(session, request)
        shown, _older = await gaps.page(session, user, before)
        proposals = await deciding.of_gaps(session, [one.handoff_id for one in shown])
        for place, handoff_id in enumerate(sorted(deciding.askable(shown, proposals))):
            await deciding.ask(session, user, handoff_id, place=place)
    return RedirectResponse(f"{PAGE}?before={before}" if before else PAGE, 303)


async def approve(request: Request) -> Response:
    """`POST /knowledge/unanswered/{handoff_id}/proposal/approval` with `seen`: 409 when it is not what they had seen."""
    form = await sent(request)
    async with transaction() as session:
        seen = text_field(form, "seen")
        article = await deciding.approve(session, request.state.user, handoff_in(request), seen)
    return RedirectResponse(f"{PAGE}?approved={article.id}", 303)


async def dismiss(request: Request) -> Response:
    """`POST /knowledge/unanswered/{handoff_id}/proposal/dismissal` with `on` = `on`, or without it to put it back."""
    form = await sent(request)
    act = deciding.dismiss if is_on(form, "on") else deciding.put_back
    async with transaction() as session:
        await act(session, request.state.user, handoff_in(request))
    if is_on(form, "on"):
        return RedirectResponse(f"{PAGE}?dismissed={handoff_in(request)}", 303)
    return back(request, form)


async def sent(request: Request) -> FormData:
    require(request.state.user, Permission.OVERSEE)
    return await request.form(max_files=0)


def handoff_in(request: Request) -> int:
    return strict_id(request.path_params["handoff_id"])


def back(request: Request, form: FormData) -> Response:
    """To the question, on the page on which it stood."""
    before = place_in(text_field(form, "before"))
    which = f"?before={before}" if before else ""
    return RedirectResponse(f"{PAGE}{which}#gap-{handoff_in(request)}", 303)
