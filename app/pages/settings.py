"""The settings: each attendant's own, and for admins the installation's."""

from dataclasses import asdict
from typing import Any

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from app.accounts.models import User
from app.accounts.permissions import Permission, may, require
from app.accounts.preferences import SWITCHES, TEXTS, Preferences, save
from app.db import reading, transaction
from app.errors import Invalid
from app.forms import text_field, whole_number
from app.i18n import N_, _
from app.installation import Installation, installation
from app.templating import render, wants_fragment

LONGEST = {
    "business_name": 120,
    "instructions": 20_000,
    "handoff_text": 4_096,
    "person_words": 1_000,
    "silence_words": 1_000,
}  # WhatsApp's own limit for a text
MOST_MINUTES = 366 * 24 * 60


async def show(request: Request) -> Response:
    """GET /settings"""
    return await page(request)


async def change_own(request: Request) -> Response:
    """POST /settings: 303, or the form with "Saved" for htmx; 422 with the form and its errors."""
    wanted = preferences_in(await request.form(max_files=0))
    before: User = request.state.user
    try:
        async with transaction() as session:
            request.state.user = user = await session.get_one(User, before.id)
            await save(session, user, wanted)
    except Invalid as fault:
        request.state.user = user_as_typed(before, wanted)
        return await page(request, "accounts/_own_settings.html", status=422, errors=errors_of(fault))
    if user.locale != before.locale and wants_fragment(request):
        return Response(headers={"HX-Refresh": "true"})  # every word on the page changes
    return await saved(request, "accounts/_own_settings.html")


async def change_installation(request: Request) -> Response:
    """POST /settings/installation, as above; raises NotAllowed for who is no admin."""
    require(request.state.user, Permission.ADMINISTER)
    fields = await request.form(max_files=0)
    template = "accounts/_installation_settings.html"
    wanted: dict[str, Any] = {name: text_in(fields, name) for name in LONGEST if name in fields}
    try:
        check_lengths(wanted)
        wanted |= minutes_in(fields)
    except Invalid as fault:
        shown = dict.fromkeys(LONGEST, "") | wanted | {"silence_minutes": text_in(fields, "silence_minutes")}
        typed = Installation(**shown)
        return await page(request, template, status=422, errors=errors_of(fault), typed=typed)
    async with transaction() as session:
        kept = await installation(session)
        for name, value in wanted.items():
            setattr(kept, name, value)
        session.add(kept)
    return await saved(request, template)


def preferences_in(fields: FormData) -> Preferences:
    """What the form speaks of. One that speaks of nothing at all means that the only box of the first form is unticked."""
    texts = {name: text_in(fields, name) for name in TEXTS if name in fields}
    switches = {name: switch_in(fields, name) for name in SWITCHES if name in fields}
    return Preferences(**{"blue_ticks": None if texts or switches else False, **texts, **switches})  # type: ignore[arg-type]


def switch_in(fields: FormData, name: str) -> bool:
    """A checkbox of our form sends `off` even unticked."""
    return "on" in fields.getlist(name)


def text_in(fields: FormData, name: str) -> str:
    """The text with plain line ends, and without NUL, which Postgres cannot keep."""
    return text_field(fields, name).replace("\r\n", "\n").replace("\0", "").strip()


def check_lengths(wanted: dict[str, str]) -> None:
    for name, value in wanted.items():
        if len(value) > LONGEST[name]:
            raise Invalid(N_("This text is too long."), field=name)


def minutes_in(fields: FormData) -> dict[str, int]:
    """The span of silence, if the form speaks of it; an empty field is 0."""
    if "silence_minutes" not in fields:
        return {}
    minutes = whole_number(text_in(fields, "silence_minutes") or "0", lowest=0, highest=MOST_MINUTES)
    if minutes is None:
        raise Invalid(N_("A whole number of minutes, at most a year; 0 for never."), field="silence_minutes")
    return {"silence_minutes": minutes}


def errors_of(fault: Invalid) -> dict[str, str]:
    return {str(fault.field): _(fault.words)}


def user_as_typed(user: User, wanted: Preferences) -> User:
    """A copy that was never stored, for showing a refused form again, in the language that still holds."""
    stored = {column.key: getattr(user, column.key) for column in User.__table__.columns}
    typed = {name: value for name, value in asdict(wanted).items() if value is not None}
    return User(**stored | typed | {"locale": user.locale})


async def saved(request: Request, template: str) -> Response:
    if wants_fragment(request):
        return await page(request, template, has_saved=True)
    return RedirectResponse("/settings", 303)


async def page(
    request: Request,
    piece: str = "accounts/settings.html",
    *,
    status: int = 200,
    has_saved: bool = False,
    errors: dict[str, str] | None = None,
    typed: Installation | None = None,
) -> Response:
    """The piece for htmx, else the whole page; `typed` is shown in place of the stored installation."""
    async with reading() as session:
        kept = typed or await installation(session)
    return render(
        request,
        piece if wants_fragment(request) else "accounts/settings.html",
        status=status,
        installation=kept,
        administers=may(request.state.user, Permission.ADMINISTER),
        oversees=may(request.state.user, Permission.OVERSEE),
        has_saved=has_saved,
        errors=errors or {},
    )
