"""The long poll: the same fragments and the same cursor for browsers that no stream reaches."""

import asyncio
from collections.abc import Coroutine

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from app.errors import NotSignedIn
from app.live.asked import Asked
from app.live.connection import Live, News
from app.live.stopping import stopping

LONGEST_HOLD_SECONDS = 25.0


async def poll(request: Request) -> Response:
    """`GET /live/poll?c=&t=&d=&w=25`: 200 with fragments as soon as there are some, 204 when the wait is over."""
    asked = Asked.of(request)
    if asked is None:
        raise NotSignedIn
    news = await unless_gone(request, wait_for_news(request.app.state.live, asked, hold_seconds(request)))
    if news is None:
        return Response(status_code=204)
    headers = {"X-Live-Cursor": str(news.cursor), "Cache-Control": "no-store"}
    if news.html is None:
        return HTMLResponse("", headers=headers | {"X-Live": "resync"})
    if not news.html:
        return Response(status_code=204, headers=headers)
    return HTMLResponse(news.html, headers=headers)


async def unless_gone(request: Request, held: Coroutine[None, None, News]) -> News | None:
    """What the held request comes to; None once its browser has gone away, so that nothing is held for nobody."""
    holding, leaving = asyncio.ensure_future(held), asyncio.ensure_future(departure(request))
    try:
        await asyncio.wait({holding, leaving}, return_when=asyncio.FIRST_COMPLETED)
        return holding.result() if holding.done() else None
    finally:
        holding.cancel()
        leaving.cancel()


async def departure(request: Request) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        pass


async def wait_for_news(live: Live, asked: Asked, seconds: float) -> News:
    """Hold the request until something of this reader's changed, the time is over, or the server stops."""
    ends_at = asyncio.get_running_loop().time() + seconds
    cursor = asked.cursor
    while True:
        waiting = live.ring.arrived.next()
        news = await live.news(cursor, asked.day, asked.reader)
        left = ends_at - asyncio.get_running_loop().time()
        if news.html != "" or left <= 0 or stopping.is_set():
            return news
        cursor = news.cursor
        await stopping.or_until(waiting, left)


def hold_seconds(request: Request) -> float:
    asked = request.query_params.get("w", "")
    if not asked.isascii() or not asked.isdigit() or len(asked) > 3:
        return LONGEST_HOLD_SECONDS
    return min(float(asked), LONGEST_HOLD_SECONDS)
