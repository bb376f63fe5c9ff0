"""A reverse proxy like App Engine standard's: it collects each whole response before it passes anything on."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx2
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from app.simulator.serve import address_of, listening, served

METHODS = ["GET", "HEAD", "POST", "PUT", "DELETE"]
OF_ONE_CONNECTION = {"connection", "content-length", "keep-alive", "transfer-encoding"}


@asynccontextmanager
async def collecting_proxy(upstream: str) -> AsyncIterator[str]:
    """Gives the proxy's address. A browser that goes away goes away upstream too."""
    limits = httpx2.Limits(max_connections=None, max_keepalive_connections=0)
    async with httpx2.AsyncClient(base_url=upstream, trust_env=False, timeout=None, limits=limits) as client:

        async def pass_on(request: Request) -> Response:
            asked = await asked_of(client, request)
            answering = asyncio.ensure_future(collected(client, asked))
            leaving = asyncio.ensure_future(left(request))
            await asyncio.wait({answering, leaving}, return_when=asyncio.FIRST_COMPLETED)
            leaving.cancel()
            if not answering.done():
                answering.cancel()
                return Response(status_code=499)
            return await answering

        with listening() as listener:
            door = Starlette(routes=[Route("/{path:path}", pass_on, methods=METHODS)])
            async with served(door, listener):
                yield address_of(listener)


async def asked_of(client: httpx2.AsyncClient, request: Request) -> httpx2.Request:
    """The same request, for the upstream; `Host` and cookies as the browser sent them."""
    kept = [(name, value) for name, value in request.headers.items() if name not in OF_ONE_CONNECTION]
    body = await request.body()
    address = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    return client.build_request(request.method, address, headers=kept, content=body or None)


async def collected(client: httpx2.AsyncClient, asked: httpx2.Request) -> Response:
    """The whole response, its bytes untouched; 502 while nobody answers."""
    try:
        answer = await client.send(asked, stream=True)
        try:
            body = b"".join([part async for part in answer.aiter_raw()])
        finally:
            await answer.aclose()
    except httpx2.HTTPError:
        return Response(status_code=502)
    response = Response(body, answer.status_code)
    own = [
        (name, value) for name, value in answer.headers.raw if name.decode().lower() not in OF_ONE_CONNECTION
    ]
    length = [(b"content-length", str(len(body)).encode())] if answer.status_code not in (204, 304) else []
    response.raw_headers = [(name.lower(), value) for name, value in own] + length
    return response


async def left(request: Request) -> None:
    """Until the browser has gone away."""
    while (await request.receive())["type"] != "http.disconnect":
        pass
