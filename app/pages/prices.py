"""For admins: what models, messages and dollars cost."""

from datetime import date
from typing import Any

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from app import clock
from app.accounts.permissions import Permission, require
from app.assistant import prices
from app.assistant.models import ModelPrice
from app.db import reading, transaction
from app.errors import Invalid
from app.forms import scaled_number, text_field, whole_number
from app.i18n import N_, _
from app.installation import installation
from app.months import begin_of
from app.outbox import billing
from app.pages import costs_words
from app.templating import render

PLACES = 6  # decimals: a millionth of a dollar is the smallest price
DEAREST = 10_000_000_000  # micro-USD per million tokens, or for a message: ten thousand dollars
NO_PRICE = N_("An amount such as 0.50, with at most six decimals.")
NO_DAY = N_("A day such as 2026-11-30.")
NO_MODEL = N_("The name of the model, as the provider writes it.")
NO_LIMIT = N_("A whole number of tokens. With it every price for long prompts is needed, without it none.")
LONGEST_PROMPT = 100_000_000  # tokens


async def show(request: Request) -> Response:
    """`GET /costs/prices`"""
    require(request.state.user, Permission.ADMINISTER)
    return await page(request)


async def set_model(request: Request) -> Response:
    """`POST /costs/prices/models`: another version of what a model costs; 422 with the page and the errors."""
    require(request.state.user, Permission.ADMINISTER)
    fields = await request.form(max_files=0)
    try:
        wanted = model_price_in(fields, request)
    except Invalid as fault:
        return await page(request, 422, {str(fault.field): _(fault.words)}, fields)
    async with transaction() as session:
        await prices.set_price(session, wanted)
    return RedirectResponse("/costs/prices", 303)


async def set_rates(request: Request) -> Response:
    """`POST /costs/prices/rates`: what a dollar costs, and a message of each category."""
    require(request.state.user, Permission.ADMINISTER)
    fields = await request.form(max_files=0)
    names = ("usd_in_brl", *billing.CATEGORIES)
    try:
        typed = {name: price_in(fields, name) for name in names if text_field(fields, name).strip()}
    except Invalid as fault:
        return await page(request, 422, {str(fault.field): _(fault.words)}, fields)
    async with transaction() as session:
        kept = await installation(session)
        rate = typed.pop("usd_in_brl", None) or None
        if rate != kept.usd_in_brl:
            kept.usd_in_brl, kept.usd_in_brl_at = rate, clock.now() if rate else None
            session.add(kept)
        for category, microusd in typed.items():
            await billing.set_price(session, category, microusd)
    return RedirectResponse("/costs/prices", 303)


def model_price_in(fields: FormData, request: Request) -> ModelPrice:
    """Raises Invalid for the first field that cannot be taken."""
    model = text_field(fields, "model").strip()
    if not model or len(model) > 120 or not model.isprintable():
        raise Invalid(NO_MODEL, field="model")
    usual: dict[str, Any] = {kind: price_in(fields, kind) for kind in prices.KINDS}
    return ModelPrice(
        model=prices.priced_as(model), valid_from=day_in(fields, request), **usual, **long_in(fields)
    )


def long_in(fields: FormData) -> dict[str, int | None]:
    names = [f"long_{kind}" for kind in prices.KINDS]
    if not any(text_field(fields, name).strip() for name in ("long_above", *names)):
        return dict.fromkeys(("long_above", *names))
    above = whole_number(text_field(fields, "long_above").strip(), lowest=1, highest=LONGEST_PROMPT)
    if above is None:
        raise Invalid(NO_LIMIT, field="long_above")
    return {"long_above": above, **{name: price_in(fields, name) for name in names}}


def price_in(fields: FormData, name: str) -> int:
    price = scaled_number(text_field(fields, name), places=PLACES, highest=DEAREST)
    if price is None:
        raise Invalid(NO_PRICE, field=name)
    return price


def day_in(fields: FormData, request: Request) -> Any:
    """Since when it counts: the beginning of a day, or now."""
    typed = text_field(fields, "valid_from").strip()
    if not typed:
        return clock.now()
    try:
        return begin_of(date.fromisoformat(typed), request.app.state.settings.zone)
    except (ValueError, OverflowError) as error:
        raise Invalid(NO_DAY, field="valid_from") from error


async def page(
    request: Request,
    status: int = 200,
    errors: dict[str, str] | None = None,
    typed: FormData | None = None,
) -> Response:
    """`typed`: a form that was refused, shown as it came."""
    async with reading() as session:
        models = await prices.valid_at(session, clock.now())
        shown: dict[str, Any] = {
            "models": [models[name] for name in sorted(models)],
            "messages": await billing.current(session),
            "rate": await installation(session),
        }
    return render(
        request,
        "costs/prices.html",
        status=status,
        kinds=prices.KINDS,
        categories=billing.CATEGORIES,
        words=costs_words,
        errors=errors or {},
        typed={name: text_field(typed, name) for name in typed} if typed else {},
        **shown,
    )
