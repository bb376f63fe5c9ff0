"""The palette: every action and every conversation by its name, in one field."""

from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncSession
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from app.accounts.models import User
from app.conversations import listing
from app.conversations.listing import Row
from app.db import reading
from app.keyboard.choices import keys_of
from app.keyboard.combinations import is_mac, shown
from app.keyboard.commands import COMMANDS, Command
from app.search import people
from app.templating import render, wants_fragment

MOST = 8  # conversations that are offered


async def show(request: Request) -> Response:
    """`GET /palette?q=…`: the palette, or while one types its conversations alone. A plain request goes to the list."""
    asked = request.query_params.get("q", "")
    if not wants_fragment(request):
        return RedirectResponse("/", 303)
    async with reading() as session:
        rows = await found(session, request.state.user, asked.strip())
    if request.headers.get("hx-target", "").endswith("palette-conversations"):
        return render(request, "keyboard/_palette_conversations.html", rows=rows)
    return render(request, "keyboard/_palette.html", rows=rows, commands=with_keys(request))


async def found(session: AsyncSession, user: User, asked: str) -> Sequence[Row]:
    """The conversations with whom is asked for, or without a question the latest ones."""
    if not asked:
        return [row for row, _ in (await listing.page(session, user)).rows[:MOST]]
    ids = (await people.find(session, user, asked)).conversation_ids[:MOST]
    rows = await listing.rows_by_id(session, ids)
    return [rows[one] for one in ids]


def with_keys(request: Request) -> Sequence[tuple[Command, Sequence[str]]]:
    """Every command but the palette itself, with the keys of this reader that press it."""
    on_mac = is_mac(request.headers.get("user-agent", ""))
    return [
        (command, [shown(one, on_mac=on_mac) for one in keys_of(command, request.state.user, on_mac=on_mac)])
        for command in COMMANDS
        if command.name != "palette"
    ]
