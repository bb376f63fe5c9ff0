"""For admins: when people are at the desk, and how long a customer usually waits for one."""

from collections.abc import Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from app import opening_hours
from app.accounts.permissions import Permission, require
from app.db import reading, transaction
from app.errors import Invalid
from app.forms import text_field, whole_number
from app.i18n import N_, _
from app.installation import installation
from app.opening_hours import FIELDS, NAMES, WEEKDAYS
from app.templating import render

PAGE = "/settings/opening-hours"
LONGEST_WAIT_MINUTES = 24 * 60
WAIT = "expected_wait_minutes"
NO_WAIT = N_("A whole number of minutes, at most a day; empty or 0 to promise nothing.")


async def show(request: Request) -> Response:
    """`GET /settings/opening-hours`"""
    require(request.state.user, Permission.ADMINISTER)
    async with reading() as session:
        here = await installation(session)
    typed = dict(here.opening_hours) | {WAIT: here.expected_wait_minutes or ""}
    return page(request, typed, has_saved="saved" in request.query_params)


async def update(request: Request) -> Response:
    """`POST /settings/opening-hours`: a field for each weekday, `closed_days`, `expected_wait_minutes`.

    303, or 422 with the form as it was typed and the reason beside its field.
    """
    require(request.state.user, Permission.ADMINISTER)
    form = await request.form(max_files=0)
    typed = {name: text_field(form, name)[:2000] for name in (*FIELDS, WAIT)}
    try:
        hours, wait = opening_hours.checked(typed), minutes_in(typed[WAIT])
    except Invalid as fault:
        return page(request, typed, fault)
    async with transaction() as session:
        here = await installation(session)
        here.opening_hours, here.expected_wait_minutes = hours, wait
        session.add(here)
    return RedirectResponse(f"{PAGE}?saved", 303)


def minutes_in(text: str) -> int:
    minutes = whole_number(text.strip() or "0", lowest=0, highest=LONGEST_WAIT_MINUTES)
    if minutes is None:
        raise Invalid(NO_WAIT, field=WAIT)
    return minutes


def page(
    request: Request, typed: Mapping[str, Any], fault: Invalid | None = None, *, has_saved: bool = False
) -> Response:
    return render(
        request,
        "accounts/opening_hours.html",
        status=fault.status if fault else 200,
        errors={str(fault.field): _(fault.words)} if fault else {},
        typed=typed,
        weekdays=list(zip(WEEKDAYS, NAMES, strict=True)),
        has_saved=has_saved,
    )
