"""For admins and supervisors: Claude as a customer meets it, with nobody outside who notices."""

from typing import Any

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from app.accounts.permissions import Permission, may, require
from app.assistant.choices import EFFORTS, Choice, chosen
from app.assistant.models import Purpose
from app.db import reading, transaction
from app.errors import Invalid
from app.forms import text_field
from app.i18n import _
from app.installation import installation
from app.pages import claude_words
from app.pages.claude import offered
from app.pages.prices import NO_MODEL
from app.rehearsing import playground
from app.templating import render, wants_fragment

PAGE = "/claude/playground"


async def show(request: Request) -> Response:
    """`GET /claude/playground`; for htmx only what was said, which it asks for while an answer is being written."""
    require(request.state.user, Permission.OVERSEE)
    return await page(request)


async def say(request: Request) -> Response:
    """`POST /claude/playground` with `text`, in the customer's place."""
    require(request.state.user, Permission.OVERSEE)
    fields = await request.form(max_files=0)
    try:
        async with transaction() as session:
            await playground.say(session, request.state.user, text_field(fields, "text"))
    except Invalid as fault:
        return await page(request, 422, fault, fields)
    return RedirectResponse(f"{PAGE}#playground-end", 303)


async def answer_again(request: Request) -> Response:
    """`POST /claude/playground/answers`"""
    require(request.state.user, Permission.OVERSEE)
    async with transaction() as session:
        await playground.ask_again(session, request.state.user)
    return RedirectResponse(f"{PAGE}#playground-end", 303)


async def clear(request: Request) -> Response:
    """`POST /claude/playground/clearing`: everything that was said goes; instructions and model stay."""
    require(request.state.user, Permission.OVERSEE)
    async with transaction() as session:
        await playground.clear(session, request.state.user)
    return RedirectResponse(PAGE, 303)


async def set_up(request: Request) -> Response:
    """`POST /claude/playground/setup` with `instructions`, `model`, `effort`; with `reset` those in force hold again."""
    require(request.state.user, Permission.OVERSEE)
    fields = await request.form(max_files=0)
    try:
        wanted = (None, None) if text_field(fields, "reset") else wanted_in(fields)
        async with transaction() as session:
            await playground.set_up(session, request.state.user, *wanted)
    except Invalid as fault:
        return await page(request, 422, fault, fields)
    return RedirectResponse(PAGE, 303)


def wanted_in(fields: FormData) -> tuple[str, Choice]:
    model, effort = text_field(fields, "model").strip(), text_field(fields, "effort")
    if not model or len(model) > 120 or not model.isprintable():
        raise Invalid(NO_MODEL, field="model")
    if effort not in EFFORTS:
        raise Invalid(field="effort")
    return text_field(fields, "instructions").replace("\r\n", "\n"), Choice(model, effort)


async def page(
    request: Request, status: int = 200, fault: Invalid | None = None, typed: FormData | None = None
) -> Response:
    """`typed`: a form that was refused, shown as it came."""
    user, provider = request.state.user, request.app.state.claude
    async with reading() as session:
        kept = await playground.of(session, user)
        here, usual = await installation(session), await chosen(session, Purpose.ANSWER, provider)
    choice = Choice(kept.model, kept.effort) if kept.model else usual
    shown: dict[str, Any] = {"kept": kept, "lines": playground.lines_of(kept)}
    if wants_fragment(request):
        return render(request, "claude/_playground_talk.html", **shown)
    models, _missing = await offered(provider)
    in_force = {
        "instructions": here.instructions if kept.instructions is None else kept.instructions,
        "model": choice.model,
        "effort": choice.effort,
        "text": "",
    }
    return render(
        request,
        "claude/playground.html",
        status=status,
        models=models,
        efforts=EFFORTS,
        is_changed=kept.instructions is not None or bool(kept.model),
        typed=in_force | ({name: text_field(typed, name) for name in typed} if typed else {}),
        errors={str(fault.field): _(fault.words)} if fault else {},
        words=claude_words,
        administers=may(user, Permission.ADMINISTER),
        **shown,
    )
