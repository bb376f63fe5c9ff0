"""The list of conversations: its body for the page, alone when another filter is chosen, and its next rows."""

import re
from collections.abc import Sequence
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.requests import Request
from starlette.responses import Response

from app.accounts.models import User
from app.attention import counting
from app.conversations import filters, listing
from app.conversations.filters import Filter
from app.conversations.models import Label
from app.conversations.ordering import parse_key
from app.db import reading
from app.live.ring import CURSOR, newest
from app.templating import render

OPEN = re.compile(r"/c/([0-9]{1,18})(/|$)")


async def body(
    session: AsyncSession, request: Request, chosen: Filter, open_id: int | None
) -> dict[str, Any]:
    """What `conversations/_list.html` needs, beside the cursor of the session."""
    user: User = request.state.user
    return {
        "chosen": chosen,
        "filters": filters.WORDS,
        "labels": await names_of_labels(session),
        "rows": await listing.page(session, user, chosen, open_id=open_id),
        "counts": await counting.counts_of(session, user),
        "beside": f"/c/{open_id}" if open_id else "/",
        "is_selecting": "select" in request.query_params,
    }


async def names_of_labels(session: AsyncSession) -> Sequence[Any]:
    """Each label's id and name, by name: each is a filter."""
    return (await session.execute(select(Label.id, Label.name).order_by(Label.name, Label.id))).all()


async def alone(request: Request) -> Response:
    """`GET /?show=…` for htmx: the body of another list, `?select=on` of the same one. The address keeps what is open
    beside it."""
    names_one = {"show", "label"} & set(request.query_params)
    chosen = Filter.asked(request.query_params) if names_one else shown_beside(request)
    path = address_shown(request)[0]
    found = OPEN.match(path)
    async with reading() as session:
        cursor = await newest(session)
        shown = await body(session, request, chosen, int(found[1]) if found else None)
    query = "&".join(
        [*([chosen.query[1:]] if chosen.query else []), *(["select=on"] if shown["is_selecting"] else [])]
    )
    address = (path if found else "/") + (f"?{query}" if query else "")
    headers = {CURSOR: str(cursor), "HX-Push-Url": address}
    return render(request, "conversations/_list.html", headers=headers, cursor=cursor, **shown)


async def more_rows(request: Request) -> Response:
    """`GET /conversations?before=KEY&show=…`: the next rows of that list."""
    chosen = Filter.asked(request.query_params)
    before = parse_key(request.query_params.get("before", ""))
    async with reading() as session:
        cursor = await newest(session)
        rows = await listing.page(session, request.state.user, chosen, before)
    headers = {CURSOR: str(cursor)}
    return render(request, "conversations/_more_rows.html", headers=headers, rows=rows, chosen=chosen)


def shown_beside(request: Request) -> Filter:
    """The list that the page shows from which htmx asks."""
    return Filter.asked(dict(parse_qsl(address_shown(request)[1])))


def address_shown(request: Request) -> tuple[str, str]:
    """Path and query of the page from which htmx asks; empty for a plain request."""
    shown = urlsplit(request.headers.get("hx-current-url", ""))
    return shown.path, shown.query
