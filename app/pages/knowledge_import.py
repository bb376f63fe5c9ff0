"""Reading knowledge in from files: several at once, and what became of each, by its name."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field

from starlette.datastructures import FormData, UploadFile
from starlette.requests import Request
from starlette.responses import Response

from app.accounts.models import User
from app.accounts.permissions import Permission, require
from app.db import transaction
from app.errors import Invalid
from app.i18n import N_, _
from app.knowledge import importing
from app.knowledge.files.found import Found, Unreadable, Why
from app.knowledge.importing import Kept
from app.knowledge.models import Source
from app.knowledge.reading import MOST_BYTES, WORDS, articles_in
from app.media import names
from app.pages.knowledge import AT_ONCE
from app.templating import render

MOST_FILES = 100
ALL_SECONDS = 25.0  # after which no further file is begun: browsers and proxies wait a minute at most
NONE_CHOSEN = N_("Choose at least one file.")


@dataclass
class Outcome:
    """What became of one file. `fault`: why it could not be read, "" for one that was."""

    name: str
    fault: str = ""
    kept: Kept = field(default_factory=Kept)


async def show(request: Request) -> Response:
    """`GET /knowledge/import`"""
    require(request.state.user, Permission.OVERSEE)
    return page(request)


async def create(request: Request) -> Response:
    """`POST /knowledge/import` with `files`: the page, with what became of each; 422 where there is none."""
    require(request.state.user, Permission.OVERSEE)
    async with request.form(max_files=MOST_FILES) as form:
        outcomes = [one async for one in brought(form, request.state.user)]
    return page(request, outcomes) if outcomes else page(request, fault=Invalid(NONE_CHOSEN, field="files"))


async def brought(form: FormData, by: User) -> AsyncIterator[Outcome]:
    loop = asyncio.get_running_loop()
    ends_at = loop.time() + ALL_SECONDS
    for file in form.getlist("files"):
        if isinstance(file, UploadFile) and file.filename:
            yield await import_one(file, by, is_late=loop.time() > ends_at)


async def import_one(file: UploadFile, by: User, *, is_late: bool) -> Outcome:
    outcome = Outcome(names.harmless(file.filename or "") or _("A file without a name"))
    try:
        if is_late:
            raise Unreadable(Why.NO_TIME)
        found = await articles_in(await file.read(MOST_BYTES + 1), outcome.name)
    except Unreadable as fault:
        outcome.fault = _(WORDS[fault.why])
        return outcome
    await keep(found, by, outcome)
    return outcome


async def keep(found: Sequence[Found], by: User, outcome: Outcome) -> None:
    for beginning in range(0, len(found), AT_ONCE):
        some = found[beginning : beginning + AT_ONCE]
        async with transaction() as session:
            await importing.keep(session, Source.FILE, outcome.name, some, by, outcome.kept)


def page(
    request: Request, outcomes: Sequence[Outcome] = (), fault: Invalid | None = None, address: str = ""
) -> Response:
    errors = {str(fault.field): _(fault.words)} if fault else {}
    made = [one for outcome in outcomes for one in outcome.kept.made]
    return render(
        request,
        "knowledge/import.html",
        status=fault.status if fault else 200,
        outcomes=outcomes,
        made=made,
        errors=errors,
        address=address,
    )
