"""For admins: which models Claude uses, whether its provider works, what it may do and what it may cost."""

from typing import Any

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from app import clock
from app.accounts.permissions import Permission, require
from app.assistant import choices, ledger, trouble
from app.assistant.budget import budget_of
from app.assistant.choices import CHOSEN_FOR, EFFORTS, Choice
from app.assistant.claude import Claude
from app.assistant.failures import ClaudeFailed
from app.assistant.models import Purpose
from app.assistant.offered import Model
from app.assistant.trying import Tried, try_connection
from app.db import reading, transaction
from app.errors import Invalid
from app.forms import is_on, scaled_number, text_field, whole_number
from app.i18n import N_, _
from app.installation import installation
from app.pages import claude_words
from app.pages.prices import NO_MODEL, NO_PRICE
from app.templating import render

PLACES = 6
MOST_BUDGET = 1_000_000_000_000  # micro-USD: a million dollars
MOST_ANSWERS = 100_000
MOST_HOURS = 23  # a day after the customer wrote nothing can be sent any more
NO_HOURS = N_("A whole number of hours, at most 23; 0 for never.")
NO_COUNT = N_("A whole number of answers.")


async def show(request: Request) -> Response:
    """`GET /claude`"""
    require(request.state.user, Permission.ADMINISTER)
    return await page(request)


async def test(request: Request) -> Response:
    """`POST /claude/tests`: one call of one token to the model that answers customers; the page with what came of it."""
    require(request.state.user, Permission.ADMINISTER)
    provider: Claude = request.app.state.claude
    async with reading() as session:
        choice = await choices.chosen(session, Purpose.ANSWER, provider)
    tried = await try_connection(provider, choice.model)
    async with transaction() as session:
        await ledger.book(session, tried.calls, purpose=Purpose.TEST, user_id=request.state.user.id)
        if tried.works:
            await trouble.clear(session)
    return await page(request, tried=tried)


async def try_again(request: Request) -> Response:
    """`POST /claude/tries`: Claude answers again, until its provider refuses once more."""
    require(request.state.user, Permission.ADMINISTER)
    async with transaction() as session:
        await trouble.clear(session)
    return RedirectResponse("/claude", 303)


async def choose(request: Request) -> Response:
    """`POST /claude/models`: for each purpose a model and an effort."""
    require(request.state.user, Permission.ADMINISTER)
    fields = await request.form(max_files=0)
    try:
        wanted = {purpose: choice_in(fields, purpose) for purpose in CHOSEN_FOR}
    except Invalid as fault:
        return await page(request, 422, {str(fault.field): _(fault.words)}, fields)
    async with transaction() as session:
        for purpose, choice in wanted.items():
            await choices.choose(session, purpose, choice, request.app.state.claude)
    return RedirectResponse("/claude", 303)


async def set_budget(request: Request) -> Response:
    """`POST /claude/budget`: in dollars, empty for none; and how often Claude may answer one person in a day."""
    require(request.state.user, Permission.ADMINISTER)
    fields = await request.form(max_files=0)
    try:
        day, month = budget_in(fields, "budget_day"), budget_in(fields, "budget_month")
        answers = whole_number(text_field(fields, "answers_per_day").strip(), lowest=1, highest=MOST_ANSWERS)
        if answers is None:
            raise Invalid(NO_COUNT, field="answers_per_day")
    except Invalid as fault:
        return await page(request, 422, {str(fault.field): _(fault.words)}, fields)
    async with transaction() as session:
        here = await installation(session)
        here.budget_day_microusd, here.budget_month_microusd, here.answers_per_day = day, month, answers
        session.add(here)
    return RedirectResponse("/claude", 303)


async def set_conduct(request: Request) -> Response:
    """`POST /claude/conduct`: when it answers again by itself, what it may change and what it sees."""
    require(request.state.user, Permission.ADMINISTER)
    fields = await request.form(max_files=0)
    typed = text_field(fields, "returns_after_hours").strip() or "0"
    hours = whole_number(typed, lowest=0, highest=MOST_HOURS)
    if hours is None:
        return await page(request, 422, {"returns_after_hours": _(NO_HOURS)}, fields)
    async with transaction() as session:
        here = await installation(session)
        here.returns_after_hours = hours
        here.returns_when_resolved = is_on(fields, "returns_when_resolved")
        here.claude_labels = is_on(fields, "claude_labels")
        here.hides_numbers = is_on(fields, "hides_numbers")
        session.add(here)
    return RedirectResponse("/claude", 303)


def choice_in(fields: FormData, purpose: Purpose) -> Choice:
    model = text_field(fields, f"model-{purpose}").strip()
    effort = text_field(fields, f"effort-{purpose}")
    if not model or len(model) > 120 or not model.isprintable():
        raise Invalid(NO_MODEL, field=f"model-{purpose}")
    if effort not in EFFORTS:
        raise Invalid(field=f"effort-{purpose}")
    return Choice(model, effort)


def budget_in(fields: FormData, name: str) -> int | None:
    typed = text_field(fields, name).strip()
    if not typed:
        return None
    budget = scaled_number(typed, places=PLACES, highest=MOST_BUDGET)
    if budget is None:
        raise Invalid(NO_PRICE, field=name)
    return budget


async def page(
    request: Request,
    status: int = 200,
    errors: dict[str, str] | None = None,
    typed: FormData | None = None,
    *,
    tried: Tried | None = None,
) -> Response:
    """`typed`: a form that was refused, shown as it came."""
    provider: Claude = request.app.state.claude
    models, missing = await offered(provider)
    async with reading() as session:
        here = await installation(session)
        shown: dict[str, Any] = {
            "here": here,
            "budget": await budget_of(session, here, request.app.state.settings.zone),
            "chosen": await choices.all_chosen(session, provider),
        }
    return render(
        request,
        "claude/claude.html",
        status=status,
        provider=provider.kind,
        models=models,
        going={model.id: model for model in models if model.is_going(clock.now())},
        missing=missing,
        efforts=EFFORTS,
        tried=tried,
        words=claude_words,
        errors=errors or {},
        typed={name: text_field(typed, name) for name in typed} if typed else {},
        **shown,
    )


async def offered(provider: Claude) -> tuple[list[Model], str | None]:
    """The provider's models, or the failure for which there are none."""
    try:
        return await provider.models(), None
    except ClaudeFailed as failure:
        return [], failure.kind
