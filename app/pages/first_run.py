"""The first page of a new installation: how its admin comes to be."""

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from app.accounts import users
from app.accounts.models import Role, User
from app.db import reading, transaction
from app.errors import Invalid
from app.forms import text_field
from app.i18n import N_, _
from app.pages.sign_in import let_in
from app.settings import Settings
from app.templating import render, wants_fragment


async def show(request: Request) -> Response:
    """What `/` shows while nobody exists; a 404 afterwards."""
    async with reading() as session:
        if await users.any_user_exists(session):
            raise HTTPException(404)
    return page(request)


async def create(request: Request) -> Response:
    """POST /first-run: makes the admin and signs in; a 404 in production and once anybody exists."""
    if not may_be_made_here(request.app.state.settings):
        raise HTTPException(404)
    form = await request.form(max_files=0)
    fields = {name: text_field(form, name) for name in form}
    try:
        user = await create_admin(fields)
    except Invalid as fault:
        return page(request, status=422, fields=fields, errors={str(fault.field): _(fault.words)})
    return await let_in(request, user, fields["password"], "/")


async def create_admin(fields: dict[str, str]) -> User:
    """Raises Invalid with the field, and a 404 when somebody exists."""
    password = fields.get("password", "")
    if password != fields.get("password_again", ""):
        raise Invalid(N_("The two passwords differ."), field="password_again")
    async with transaction() as session:
        if await users.any_user_exists(session):
            raise HTTPException(404)
        return await users.create_user(
            session,
            email=fields.get("email", ""),
            name=fields.get("name", ""),
            role=Role.ADMIN,
            password=password,
        )


def may_be_made_here(settings: Settings) -> bool:
    """In production the page only explains: whoever finds it first is a stranger."""
    return not settings.is_production


def page(
    request: Request,
    *,
    status: int = 200,
    fields: dict[str, str] | None = None,
    errors: dict[str, str] | None = None,
) -> Response:
    template = "accounts/_first_run_form.html" if wants_fragment(request) else "accounts/first_run.html"
    has_form = may_be_made_here(request.app.state.settings)
    return render(
        request, template, status=status, has_form=has_form, fields=fields or {}, errors=errors or {}
    )
