"""For admins and supervisors: what Claude would say now to what customers asked, before it says so to anybody."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from app.accounts.models import User
from app.accounts.permissions import Permission, may, require
from app.assistant.choices import EFFORTS
from app.assistant.models import Turn
from app.conversations.access import conversations_for, strict_id
from app.db import reading, transaction
from app.errors import Conflict, Invalid
from app.forms import text_field, whole_number
from app.i18n import N_, _
from app.installation import installation
from app.pages import replay_words
from app.pages.claude import offered
from app.pages.claude_words import NO_KEY
from app.pages.playground import wanted_in
from app.rehearsing import reckoning, replaying
from app.rehearsing.differing import pieces_of
from app.rehearsing.models import Replay, ReplayCase, ReplayState
from app.rehearsing.totals import HANDOVERS, different_by_replay, is_different, totals_of
from app.templating import render, wants_fragment

PAGE = "/claude/replay"
COUNTS = (10, 25, 50, 100)
USUAL = 25
NO_COUNT = N_("Choose how many answers.")


async def index(request: Request) -> Response:
    """`GET /claude/replay`: what to try, and what was tried; for htmx only what `?most=` answers of `?model=` would cost."""
    require(request.state.user, Permission.OVERSEE)
    if not wants_fragment(request):
        return await page(request)
    asked = request.query_params
    most = whole_number(asked.get("most", ""), lowest=1, highest=replaying.MOST_CASES) or USUAL
    async with reading() as session:
        shown = await estimated(session, request, most, asked.get("model", "")[:120])
    return render(request, "claude/_replay_estimate.html", **shown)


async def begin(request: Request) -> Response:
    """`POST /claude/replay` with `most`, `instructions`, `model`, `effort` and `drafts` (ids of articles): 303 to it."""
    require(request.state.user, Permission.OVERSEE)
    fields, provider = await request.form(max_files=0), request.app.state.claude
    try:
        if not provider.is_set_up:
            raise Invalid(NO_KEY, field="most")
        instructions, choice = wanted_in(fields)
        most = whole_number(text_field(fields, "most"), lowest=1, highest=replaying.MOST_CASES)
        if most is None:
            raise Invalid(NO_COUNT, field="most")
        async with transaction() as session:
            replay = await replaying.begin(
                session, request.state.user, most, instructions.strip(), choice, drafts_in(fields), provider
            )
    except Invalid as fault:
        return await page(request, 422, fault, fields)
    return RedirectResponse(f"{PAGE}/{replay.id}", 303)


async def show(request: Request) -> Response:
    """`GET /claude/replay/{id}?show=different`; for htmx how far it is, with the cases done since `?since=` others were."""
    require(request.state.user, Permission.OVERSEE)
    return await progress(request) if wants_fragment(request) else await differences(request)


async def stop(request: Request) -> Response:
    """`POST /claude/replay/{id}/stop`: what is there stays."""
    require(request.state.user, Permission.OVERSEE)
    async with transaction() as session:
        await replaying.end(session, id_in(request), ReplayState.STOPPED)
    return RedirectResponse(address(request), 303)


async def delete(request: Request) -> Response:
    """`POST /claude/replay/{id}/deletion`"""
    require(request.state.user, Permission.OVERSEE)
    async with transaction() as session:
        await replaying.delete(session, id_in(request))
    return RedirectResponse(PAGE, 303)


async def use(request: Request) -> Response:
    """`POST /claude/replay/{id}/use`: customers get answers by what was tried, from now on."""
    require(request.state.user, Permission.ADMINISTER)
    try:
        async with transaction() as session:
            await replaying.use(session, id_in(request), request.app.state.claude)
    except Conflict as fault:
        return await differences(request, fault)
    return RedirectResponse(address(request), 303)


async def take_back(request: Request) -> Response:
    """`POST /claude/replay/{id}/return`: as it was before."""
    require(request.state.user, Permission.ADMINISTER)
    try:
        async with transaction() as session:
            await replaying.take_back(session, id_in(request), request.app.state.claude)
    except Conflict as fault:
        return await differences(request, fault)
    return RedirectResponse(address(request), 303)


def id_in(request: Request) -> int:
    return strict_id(request.path_params["replay_id"])


def address(request: Request) -> str:
    return f"{PAGE}/{id_in(request)}"


def drafts_in(fields: FormData) -> list[int]:
    """Raises NotFound for what is no id."""
    return [strict_id(str(one)) for one in fields.getlist("drafts")[: replaying.MOST_DRAFTS]]


async def estimated(session: AsyncSession, request: Request, most: int, model: str) -> dict[str, Any]:
    user, zone = request.state.user, request.app.state.settings.zone
    found = await reckoning.estimate(session, user, most, model, zone)
    return {"estimate": found, "rate": await installation(session)}


async def page(
    request: Request, status: int = 200, fault: Invalid | None = None, typed: FormData | None = None
) -> Response:
    """`typed`: a form that was refused, shown as it came."""
    user, provider = request.state.user, request.app.state.claude
    async with reading() as session:
        in_force = await replaying.in_force(session, provider)
        wanted = in_force | {"most": str(USUAL)}
        wanted |= {name: text_field(typed, name) for name in wanted if typed and name in typed}
        most = whole_number(wanted["most"], lowest=1, highest=replaying.MOST_CASES) or USUAL
        shown = await estimated(session, request, most, wanted["model"])
        replays = await replaying.all_of_them(session)
        shown |= {
            "replays": replays,
            "different": await different_by_replay(session, [one.id for one in replays]),
            "drafts": await replaying.drafts_among(session),
        }
    models, _missing = await offered(provider)
    return render(
        request,
        "claude/replays.html",
        status=status,
        models=models,
        efforts=EFFORTS,
        counts=COUNTS,
        typed=wanted,
        chosen_drafts={str(one) for one in typed.getlist("drafts")} if typed else set(),
        errors={str(fault.field): _(fault.words)} if fault else {},
        words=replay_words,
        no_key=None if provider.is_set_up else _(NO_KEY),
        administers=may(user, Permission.ADMINISTER),
        **shown,
    )


async def progress(request: Request) -> Response:
    since = whole_number(request.query_params.get("since", ""), lowest=0, highest=replaying.MOST_CASES) or 0
    async with reading() as session:
        replay = await session.get(Replay, id_in(request))
        if replay is None or replay.state != ReplayState.RUNNING:
            return Response(headers={"HX-Refresh": "true"})  # totals, filter and what can be done with it
        if replay.done == since:
            return Response(status_code=204)
        cases = await replaying.cases_of(session, replay.id)
        shown = await about(session, request.state.user, replay, cases)
    news = [case for case in cases if (case.number or 0) > since]
    return render(request, "claude/_replay_progress.html", news=news, **shown)


async def differences(request: Request, fault: Conflict | None = None) -> Response:
    user, provider = request.state.user, request.app.state.claude
    wanted = request.query_params.get("show", "")
    async with reading() as session:
        replay = await replaying.of_id(session, id_in(request))
        cases = await replaying.cases_of(session, replay.id)
        shown = await about(session, user, replay, cases)
        is_new = replaying.tried(replay) != await replaying.in_force(session, provider)
    is_running = replay.state == ReplayState.RUNNING
    filters = filtered(cases) if not is_running else {"all": cases}
    chosen = wanted if wanted in filters else "all"
    return render(
        request,
        "claude/replay.html",
        status=fault.status if fault else 200,
        refusal=_(fault.words) if fault else None,
        totals=totals_of(cases),
        filters=filters,
        chosen=chosen,
        cases=filters[chosen],
        instructions=pieces_of(replay.before["instructions"], replay.instructions),
        can_be_used=is_new and not is_running,
        administers=may(user, Permission.ADMINISTER),
        **shown,
    )


def filtered(cases: Sequence[ReplayCase]) -> dict[str, Sequence[ReplayCase]]:
    """Those that were replayed, by what is shown of them."""
    done = [case for case in cases if case.outcome is not None]
    return {
        "all": done,
        "different": [case for case in done if is_different(str(case.outcome))],
        "handovers": [case for case in done if case.outcome in HANDOVERS],
    }


async def about(
    session: AsyncSession, user: User, replay: Replay, cases: Sequence[ReplayCase]
) -> dict[str, Any]:
    """What the page and its piece that asks for itself both show. `links`: the conversations that this person may see."""
    turns = select(Turn.id, Turn.conversation_id).where(Turn.id.in_([case.turn_id for case in cases]))
    places = {row.id: row.conversation_id for row in await session.execute(turns)}
    seen = {one.id for one in await conversations_for(session, user, set(places.values()))}
    return {
        "replay": replay,
        "all": len(cases),
        "links": {turn: place for turn, place in places.items() if place in seen},
        "by": await session.get(User, replay.user_id) if replay.user_id else None,
        "rate": await installation(session),
        "words": replay_words,
    }
