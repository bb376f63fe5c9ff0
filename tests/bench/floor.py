"""The bare floor: a server that does nothing but write a fragment to an event stream, as large as ours."""

import asyncio
import json
import sys
import time
from collections.abc import AsyncIterator

import uvicorn
from sse_starlette import EventSourceResponse
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Mount, Route

from app.live.frames import frame
from app.static_files import STATIC, ReleasedFiles, static_url

PAGE = f"""<!doctype html><html><head><meta charset="utf-8">
<script src="{static_url("vendor/htmx.min.js")}"></script><script src="{static_url("vendor/hx-upsert.min.js")}"></script>
</head><body><div id="list"><div id="row-1" data-k="1">row</div></div><div id="messages"></div></body></html>"""

FRAGMENT = (
    '<hx-upsert hx-target="#messages" key="data-k"><article id="message-{n}" data-message="{n}" data-k="{n:09d}">'
    "<p>floor {n} {sent}</p></article></hx-upsert>"
    '<hx-partial hx-target="#row-1" hx-swap="outerMorph"><div id="row-1" data-k="1"><a href="#">row {n}</a></div></hx-partial>'
)

waiting: list[asyncio.Queue[bytes]] = []


async def stream(request: Request) -> Response:
    mailbox: asyncio.Queue[bytes] = asyncio.Queue()
    waiting.append(mailbox)

    async def events() -> AsyncIterator[bytes]:
        while True:
            yield await mailbox.get()

    return EventSourceResponse(events(), sep="\n", ping=0)


async def publish(request: Request) -> Response:
    """Write one fragment, now; answers when it was handed over."""
    n = int(request.query_params["n"])
    sent = time.time()
    data = frame(id=n, data=FRAGMENT.format(n=n, sent=sent))
    for mailbox in waiting:
        mailbox.put_nowait(data)
    return JSONResponse(json.loads(json.dumps({"n": n, "sent": sent})))


app = Starlette(
    routes=[
        Route("/", lambda request: HTMLResponse(PAGE)),
        Route("/stream", stream),
        Route("/publish", publish),
        Mount("/static", ReleasedFiles(directory=STATIC)),
    ]
)

if __name__ == "__main__":
    uvicorn.run(app, host="127.0.0.1", port=int(sys.argv[1]), log_level="warning")
