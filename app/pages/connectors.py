"""For admins: what Claude may ask of other systems, and a way to try each."""

from collections.abc import Mapping
from typing import Any

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from app.accounts.permissions import Permission, require
from app.assistant.tools import trying
from app.connectors import headers, keeping
from app.connectors.arguments import MOST, Argument, Kind, from_kept
from app.connectors.asking import outside_of
from app.connectors.headers import Secrets
from app.connectors.keeping import USUAL_TIMEOUT, Wanted
from app.connectors.models import Connector, Method
from app.conversations.access import strict_id
from app.db import reading, transaction
from app.errors import Invalid
from app.forms import is_on, text_field, whole_number
from app.i18n import _
from app.pages import connectors_words
from app.templating import render

PAGE = "/settings/connectors"
SAMPLE = "sample-"
MORE_ROWS = 2  # empty ones below the arguments that are there
TEXTS = ("name", "description", "method", "url", "body", "new_headers", "picks", "timeout_seconds", "changes")
USUAL = dict.fromkeys(TEXTS, "") | {"method": "GET", "changes": "", "timeout_seconds": str(USUAL_TIMEOUT)}
Typed = Mapping[str, Any]


async def index(request: Request) -> Response:
    """`GET /settings/connectors`"""
    require(request.state.user, Permission.ADMINISTER)
    async with reading() as session:
        found = await keeping.all_of_them(session)
    outside = outside_of(request.app.state.settings)
    return render(
        request, "connectors/index.html", connectors=found, simulated=outside.trusted, sample="{{order}}"
    )


async def new(request: Request) -> Response:
    """`GET /settings/connectors/new`"""
    require(request.state.user, Permission.ADMINISTER)
    return page(request, None, USUAL | {"arguments": []})


async def edit(request: Request) -> Response:
    """`GET /settings/connectors/{id}`"""
    require(request.state.user, Permission.ADMINISTER)
    connector = await connector_of(request)
    return page(request, connector, typed_of(connector))


async def create(request: Request) -> Response:
    """`POST /settings/connectors`: 303 to it, or 422 with the form and the reason beside its field."""
    return await save(request, None)


async def update(request: Request) -> Response:
    """`POST /settings/connectors/{id}`, as above."""
    return await save(request, id_in(request))


async def switch(request: Request) -> Response:
    """`POST /settings/connectors/{id}/permission`: whether Claude may use it, `is_on`."""
    require(request.state.user, Permission.ADMINISTER)
    wanted = is_on(await request.form(max_files=0), "is_on")
    async with transaction() as session:
        await keeping.switch(session, id_in(request), is_on=wanted, by=request.state.user)
    return RedirectResponse(f"{PAGE}/{id_in(request)}", 303)


async def remove(request: Request) -> Response:
    """`POST /settings/connectors/{id}/removal`"""
    require(request.state.user, Permission.ADMINISTER)
    async with transaction() as session:
        await keeping.remove(session, id_in(request))
    return RedirectResponse(PAGE, 303)


async def trial(request: Request) -> Response:
    """`POST /settings/connectors/{id}/trial`: `sample-…` for each argument and each fact of the customer; the page with
    what left, what came, and what Claude would read. It is a real call."""
    require(request.state.user, Permission.ADMINISTER)
    connector = await connector_of(request)
    form = await request.form(max_files=0)
    samples = (name for name in form if name.startswith(SAMPLE))
    given = {name.removeprefix(SAMPLE): text_field(form, name)[:4000] for name in samples}
    outside, secrets = outside_of(request.app.state.settings), secrets_of(request)
    try:
        tried = await trying.try_out(connector, given, outside, secrets)
    except Invalid as fault:
        return page(request, connector, typed_of(connector), fault, sample=given)
    return page(request, connector, typed_of(connector), tried=tried, sample=given)


async def save(request: Request, connector_id: int | None) -> Response:
    require(request.state.user, Permission.ADMINISTER)
    form = await request.form(max_files=0)
    outside, secrets, by = outside_of(request.app.state.settings), secrets_of(request), request.state.user
    typed = {name: text_field(form, name).replace("\r\n", "\n").strip() for name in TEXTS}
    shown: Typed = typed | {"arguments": arguments_in(form)}
    try:
        async with transaction() as session:
            if connector_id is None:
                made = await keeping.create(session, wanted_in(shown, form), by, outside, secrets)
                connector_id = made.id
            else:
                await keeping.change(session, connector_id, wanted_in(shown, form), by, outside, secrets)
    except Invalid as fault:
        kept = await connector_of(request) if connector_id is not None else None
        return page(request, kept, shown, fault)
    return RedirectResponse(f"{PAGE}/{connector_id}", 303)


def wanted_in(typed: Typed, form: FormData) -> Wanted:
    if any("\0" in str(typed[name]) for name in TEXTS):
        raise Invalid(field="description")
    return Wanted(
        name=typed["name"],
        description=typed["description"],
        method=typed["method"],
        url=typed["url"],
        body=typed["body"],
        new_headers=typed["new_headers"],
        without=[one for one in form.getlist("without") if isinstance(one, str)],
        arguments=typed["arguments"],
        picks=typed["picks"],
        timeout_seconds=whole_number(typed["timeout_seconds"], lowest=1, highest=1000),
        changes=typed["changes"] == "on",
    )


def arguments_in(form: FormData) -> list[Argument]:
    """The rows that have a name or words; a row without both is none."""
    rows = (argument_in(form, f"argument-{row}-") for row in range(MOST))
    return [one for one in rows if one.name or one.description]


def argument_in(form: FormData, row: str) -> Argument:
    kind = text_field(form, f"{row}kind")
    return Argument(
        name=text_field(form, f"{row}name").strip(),
        kind=Kind(kind) if kind in set(Kind) else Kind.TEXT,
        description=" ".join(text_field(form, f"{row}description").replace("\0", " ").split()),
        required=is_on(form, f"{row}required"),
        limits=text_field(form, f"{row}limits").replace("\0", " ").strip()[:2000],
    )


def typed_of(connector: Connector) -> Typed:
    kept = {name: getattr(connector, name) for name in TEXTS if name not in ("new_headers", "changes")}
    changes = "on" if connector.changes else ""
    return kept | {"new_headers": "", "changes": changes, "arguments": from_kept(connector.arguments)}


async def connector_of(request: Request) -> Connector:
    async with reading() as session:
        return await keeping.of_id(session, id_in(request))


def id_in(request: Request) -> int:
    return strict_id(request.path_params["connector_id"])


def secrets_of(request: Request) -> Secrets:
    secrets: Secrets = request.app.state.settings.secret_key
    return secrets


def page(
    request: Request, connector: Connector | None, typed: Typed, fault: Invalid | None = None, **trial: Any
) -> Response:
    arguments = typed["arguments"]
    try:
        kept = sorted(headers.opened(connector.headers_sealed, secrets_of(request))) if connector else []
        is_sealed = False
    except headers.Unopenable:
        kept, is_sealed = [], True
    return render(
        request,
        "connectors/form.html",
        status=fault.status if fault else 200,
        errors={str(fault.field): _(fault.words)} if fault else {},
        connector=connector,
        typed=typed,
        rows=[*arguments, *[None] * min(MORE_ROWS, MOST - len(arguments))],
        kept_headers=kept,
        is_sealed=is_sealed,
        methods=list(Method),
        kinds=list(Kind),
        words=connectors_words,
        **{"tried": None, "sample": {}} | trial,
    )
