"""The favourite messages of whoever asks."""

from starlette.requests import Request
from starlette.responses import Response

from app.conversations import starred
from app.db import reading
from app.forms import whole_number
from app.templating import render


async def show(request: Request) -> Response:
    """`GET /starred`, `?skip=50` for those after."""
    skip = whole_number(request.query_params.get("skip", ""), lowest=0, highest=10**6) or 0
    async with reading() as session:
        favourites = await starred.page(session, request.state.user, skip)
    return render(request, "conversations/starred.html", favourites=favourites)
