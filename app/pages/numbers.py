"""For admins: each number of the business, whether WhatsApp takes what it sends, and when customers see blue ticks."""

from sqlalchemy.ext.asyncio import AsyncSession
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from app.accounts.permissions import Permission, require
from app.conversations.access import strict_id
from app.db import reading, transaction
from app.errors import Invalid, NotFound
from app.forms import text_field
from app.i18n import N_
from app.outbox import troubles
from app.templating import render
from app.whatsapp.models import MarksRead, Number

NOT_THERE = N_("This number does not exist.")


async def show(request: Request) -> Response:
    """`GET /settings/numbers`"""
    require(request.state.user, Permission.ADMINISTER)
    async with reading() as session:
        states = await troubles.states(session)
    return render(request, "accounts/numbers.html", states=states)


async def update(request: Request) -> Response:
    """`POST /settings/numbers/{id}` with `marks_read` = open, reply or never."""
    require(request.state.user, Permission.ADMINISTER)
    wanted = text_field(await request.form(max_files=0), "marks_read")
    if wanted not in list(MarksRead):
        raise Invalid(field="marks_read")
    async with transaction() as session:
        (await number_in(session, request)).marks_read = MarksRead(wanted)
    return RedirectResponse("/settings/numbers", 303)


async def try_again(request: Request) -> Response:
    """`POST /settings/numbers/{id}/tries`: what waits at this number leaves now, if WhatsApp takes it again."""
    require(request.state.user, Permission.ADMINISTER)
    async with transaction() as session:
        await troubles.try_again(session, (await number_in(session, request)).id)
    return RedirectResponse("/settings/numbers", 303)


async def number_in(session: AsyncSession, request: Request) -> Number:
    number = await session.get(Number, strict_id(request.path_params["number_id"]))
    if number is None:
        raise NotFound(NOT_THERE)
    return number
