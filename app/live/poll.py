"""The long poll: the same fragments and the same cursor for browsers that no stream reaches."""

import asyncio

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from app.errors import NotSignedIn
from app.live.asked import Asked
from app.live.connection import Live, News
from app.live.ring import CURSOR
from app.live.stopping import stopping

LONGEST_HOLD_SECONDS = 25.0


async def poll(request: Request) -> Response:
    """`GET /live/poll?c=&t=&d=&w=25`: 200 with fragments as soon as there are some, 204 when the wait is over."""
    asked = Asked.of(request)
    if asked is None:
        raise NotSignedIn
    leaving = asyncio.ensure_future(departure(request))
    try:
        with request.app.state.presence.of(asked.sign_in_id):
            news = await wait_for_news(request.app.state.live, asked, hold_seconds(request), leaving)
    finally:
        leaving.cancel()
    if news.html and hold_seconds(request) and not await asked.is_still_signed_in():
        raise NotSignedIn  # it ended while we waited
    headers = {CURSOR: str(news.cursor), "Cache-Control": "no-store"}
    if news.html is None:
        return HTMLResponse("", headers=headers | {"X-Live": "resync"})
    if not news.html:
        return Response(status_code=204, headers=headers)
    return HTMLResponse(news.html, headers=headers)


async def departure(request: Request) -> None:
    """Until the browser has gone away: then nothing is held for nobody."""
    while (await request.receive())["type"] != "http.disconnect":
        pass


async def wait_for_news(live: Live, asked: Asked, seconds: float, leaving: "asyncio.Future[None]") -> News:
    """Hold the request until something of this reader's changed, the time is over, they left, or the server stops."""
    ends_at = asyncio.get_running_loop().time() + seconds
    cursor = asked.cursor
    while True:
        waiting = live.ring.arrived.next()
        news = await live.news(cursor, asked.day, asked.reader)
        left = ends_at - asyncio.get_running_loop().time()
        if news.html != "" or left <= 0 or leaving.done():
            return news
        cursor = news.cursor
        either = asyncio.ensure_future(first_of(waiting, leaving))
        await stopping.or_until(either, left)
        either.cancel()
        if stopping.is_set():  # nothing is looked up any more: they ask again, with the cursor they have
            return News(cursor, "")


async def first_of(*futures: "asyncio.Future[None]") -> None:
    await asyncio.wait(futures, return_when=asyncio.FIRST_COMPLETED)


def hold_seconds(request: Request) -> float:
    asked = request.query_params.get("w", "")
    if not asked.isascii() or not asked.isdigit() or len(asked) > 3:
        return LONGEST_HOLD_SECONDS
    return min(float(asked), LONGEST_HOLD_SECONDS)
