"""Files to and from Meta; a customer's comes in two steps: where it is, then the file. Nothing here logs an address."""

import asyncio
import json
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, BinaryIO, Protocol, Self

import httpx2

from app.media.guard import Resolve, Route, by_the_system, own_origin, parsed, route_to
from app.web_addresses import is_loopback
from app.whatsapp.graph import LARGEST_ANSWER, TOKEN, TOKEN_EXPIRED, certificates
from app.whatsapp.graph_errors import GraphError
from app.whatsapp.lenient import number_at, text_at

MEDIA_ID = re.compile(r"[A-Za-z0-9_-]{1,128}")
MOST_REDIRECTS = 3
NO_SUCH_OBJECT = 100  # Graph says it of an id that it does not know, or knows no more


class NotNow(Exception):
    """It may go well later: the network, or trouble of Meta's. The message names the kind of failure alone."""


class NotThere(Exception):
    """Meta has no such file, or not at this address (any more)."""


class Refused(Exception):
    """Graph does not let us have it: the token, a permission, the account."""


class NotTaken(Exception):
    """Meta does not want this file."""

    def __init__(self, error: GraphError) -> None:
        super().__init__(f"code {error.code}")
        self.error = error


class TooLarge(Exception):
    """More bytes than we take of such a file."""


@dataclass(frozen=True, slots=True)
class Located:
    """Where a file can be fetched within five minutes. `sha256` as Graph writes it, "" and None when it does not say."""

    url: str
    sha256: str
    bytes: int | None


@dataclass(frozen=True, slots=True)
class Patience:
    """In seconds. `read` bounds each silence, `total` the whole file, so that one that drips ends too."""

    connect: float = 5
    read: float = 30
    total: float = 300


class Sink(Protocol):
    async def write(self, chunk: bytes) -> None: ...


class Files:
    """One client for all files; `async with` ends its connections."""

    def __init__(
        self,
        base_url: str,
        version: str,
        *,
        patience: Patience | None = None,
        resolve: Resolve = by_the_system,
    ) -> None:
        self._graph = f"{base_url.rstrip('/')}/{version}"
        self._own = own_origin(base_url)
        self._patience = patience or Patience()
        self._resolve = resolve
        self._client = httpx2.AsyncClient(
            headers={"User-Agent": "Recado", "Accept-Encoding": "identity"},
            timeout=httpx2.Timeout(self._patience.read, connect=self._patience.connect, pool=60),
            limits=httpx2.Limits(max_connections=20, keepalive_expiry=15),
            follow_redirects=False,
            trust_env=not is_loopback(base_url),
            verify=certificates(),
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._client.aclose()

    async def locate(self, media_id: str, access_token: str) -> Located:
        """Raises NotNow, NotThere or Refused."""
        if not MEDIA_ID.fullmatch(media_id):
            raise NotThere
        async with self._patiently(), self._asked(f"{self._graph}/{media_id}", access_token) as response:
            body = b""
            async for chunk in response.aiter_raw():
                body += chunk
                if len(body) > LARGEST_ANSWER:
                    raise NotNow("too long an answer")
        return located_in(response.status_code, body)

    async def download(self, url: str, access_token: str, into: Sink, *, most_bytes: int) -> None:
        """The whole file, piece by piece. Raises NotNow, NotThere, TooLarge, or WrongAddress.

        Every address is checked before it is asked, also those that a redirect names.
        """
        for _ in range(MOST_REDIRECTS + 1):
            route = await self._route(url)
            async with self._patiently(), self._asked(route.url, access_token, route) as response:
                if not response.has_redirect_location:
                    return await poured(response, into, most_bytes)
                place = response.headers["Location"]
            if place.startswith("/") and not place.startswith("//"):
                scheme, host, port = parsed(url).origin
                place = f"{scheme}://{host}:{port}{place}"
            url = place
        raise NotThere

    async def upload(
        self, phone_number_id: str, access_token: str, file: BinaryIO, *, mime: str, name: str
    ) -> str:
        """Give Meta a file to send; its id, good for thirty days. Twice is harmless. Raises NotNow or NotTaken."""
        if not TOKEN.fullmatch(access_token):
            raise NotTaken(GraphError(TOKEN_EXPIRED))
        address = f"{self._graph}/{phone_number_id}/media"
        headers = {"Authorization": f"Bearer {access_token}"}
        fields = {"messaging_product": "whatsapp", "type": mime}
        async with self._patiently():
            answer = await self._client.post(
                address, headers=headers, data=fields, files={"file": (name, file, mime)}
            )
        return uploaded_in(answer.status_code, answer.content)

    async def _route(self, url: str) -> Route:
        try:
            return await route_to(url, self._own, self._resolve)
        except OSError as problem:
            raise NotNow("name not resolved") from problem

    @asynccontextmanager
    async def _patiently(self) -> AsyncIterator[None]:
        try:
            async with asyncio.timeout(self._patience.total):
                yield
        except (httpx2.HTTPError, TimeoutError) as problem:
            raise NotNow(type(problem).__name__) from problem

    @asynccontextmanager
    async def _asked(
        self, url: str, access_token: str, route: Route | None = None
    ) -> AsyncIterator[httpx2.Response]:
        """`route`: connect to the number that was checked, and speak with whom the name promises."""
        if not TOKEN.fullmatch(access_token):  # it could not stand in a header
            raise Refused
        headers = {"Authorization": f"Bearer {access_token}"}
        extensions: dict[str, Any] = {}
        if route is not None:
            headers["Host"], extensions["sni_hostname"] = route.host, route.name
        async with self._client.stream("GET", url, headers=headers, extensions=extensions) as response:
            yield response


def uploaded_in(http_status: int, body: bytes) -> str:
    """The id in Graph's answer to an upload; raises NotNow or NotTaken."""
    try:
        document = json.loads(body)
    except (ValueError, RecursionError):
        document = None
    error = GraphError.in_answer(document, http_status)
    if error is not None:
        raise NotNow(f"code {error.code}") if error.passes else NotTaken(error)
    media_id = text_at(document, "id")
    if http_status != 200 or not MEDIA_ID.fullmatch(media_id):
        raise NotNow(f"HTTP {http_status} without an id")
    return media_id


def located_in(http_status: int, body: bytes) -> Located:
    """What Graph's answer says of a file; raises NotNow, NotThere or Refused."""
    try:
        document = json.loads(body)
    except (ValueError, RecursionError):
        document = None
    error = GraphError.in_answer(document, http_status)
    if error is not None and error.retry_after_seconds(1) is not None:
        raise NotNow(f"code {error.code}")
    if http_status == 404 or (error is not None and error.code in (NO_SUCH_OBJECT, 33)):
        raise NotThere
    if error is not None:
        raise Refused
    url = text_at(document, "url")
    if http_status != 200 or not url:
        raise NotNow(f"HTTP {http_status} without an address")
    return Located(url, text_at(document, "sha256"), number_at(document, "file_size"))


async def poured(response: httpx2.Response, into: Sink, most_bytes: int) -> None:
    """The body as it is on the wire, never unpacked; raises TooLarge as soon as it is known."""
    if response.status_code == 429 or response.status_code >= 500:
        raise NotNow(f"HTTP {response.status_code}")
    if response.status_code != 200:
        raise NotThere
    announced = response.headers.get("Content-Length", "0")
    if announced.isdecimal() and int(announced[:20]) > most_bytes:
        raise TooLarge
    total = 0
    async for chunk in response.aiter_raw():
        total += len(chunk)
        if total > most_bytes:
            raise TooLarge
        await into.write(chunk)
