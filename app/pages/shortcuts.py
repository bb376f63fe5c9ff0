"""The keyboard's keys: the help over the inbox, and the page on which each attendant changes them."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncSession
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from app.accounts.models import User
from app.db import transaction
from app.errors import Invalid
from app.forms import text_field
from app.i18n import _
from app.keyboard import choices
from app.keyboard.combinations import canonical, is_mac, shown
from app.keyboard.commands import COMMANDS, MOVES, Command, Group
from app.templating import render, wants_fragment


@dataclass(frozen=True)
class Line:
    """A command as the help and the settings show it. `keys`: as they stand on this reader's keyboard."""

    command: Command
    keys: Sequence[str]
    is_own: bool  # the attendant chose them, or chose to have none


async def show(request: Request) -> Response:
    """`GET /settings/shortcuts`: the page; for htmx the help that lies over the inbox."""
    return page(request, "keyboard/_help.html" if wants_fragment(request) else "keyboard/shortcuts.html")


async def choose(request: Request) -> Response:
    """`POST /settings/shortcuts` with `command` and `keys`, pressed or written, "" for none; 422 with the page and why."""
    form = await request.form(max_files=0)
    name, keys = text_field(form, "command"), text_field(form, "keys")
    return await changed(
        request, keys, lambda session, user: choices.choose(session, user, name, keys, on_mac=mac(request))
    )


async def reset(request: Request) -> Response:
    """`POST /settings/shortcuts/defaults` with `command`, or without one for all."""
    name = text_field(await request.form(max_files=0), "command")
    return await changed(
        request, "", lambda session, user: choices.reset(session, user, name, on_mac=mac(request))
    )


async def changed(
    request: Request, typed: str, change: Callable[[AsyncSession, User], Awaitable[None]]
) -> Response:
    try:
        async with transaction() as session:
            user = await session.get_one(User, request.state.user.id)
            await change(session, user)
    except Invalid as fault:
        return page(request, choices_or_page(request), fault, typed)
    request.state.user = user
    if not wants_fragment(request):
        return RedirectResponse("/settings/shortcuts", 303)
    return page(request, choices_or_page(request))


def choices_or_page(request: Request) -> str:
    return "keyboard/_choices.html" if wants_fragment(request) else "keyboard/shortcuts.html"


def page(request: Request, template: str, fault: Invalid | None = None, typed: str = "") -> Response:
    return render(
        request,
        template,
        status=fault.status if fault else 200,
        groups=groups(request),
        moves=[([shown(key, on_mac=mac(request)) for key in keys], words) for keys, words in MOVES],
        refused=fault.field if fault else None,
        error=_(fault.words) if fault else None,
        typed=as_shown(typed, on_mac=mac(request)),
    )


def as_shown(typed: str, *, on_mac: bool) -> str:
    """What was refused, as keys are shown where it is a combination, else as it was written."""
    combination = canonical(typed)
    return shown(combination, on_mac=on_mac) if combination else typed


def groups(request: Request) -> Sequence[tuple[Group, Sequence[Line]]]:
    user: User = request.state.user
    lines = [line_of(command, user, on_mac=mac(request)) for command in COMMANDS]
    return [(group, [line for line in lines if line.command.group is group]) for group in Group]


def line_of(command: Command, user: User, *, on_mac: bool) -> Line:
    keys = [shown(one, on_mac=on_mac) for one in choices.keys_of(command, user, on_mac=on_mac)]
    return Line(command, keys, not command.is_fixed and command.name in user.shortcuts)


def mac(request: Request) -> bool:
    return is_mac(request.headers.get("user-agent", ""))
