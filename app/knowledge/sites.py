"""A page of the web by its address, which somebody typed: asked without any token, never inside our own network."""

import asyncio
import re
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Self
from urllib.parse import quote, urljoin, urlsplit

import httpx2

from app.errors import Invalid
from app.i18n import N_
from app.knowledge import reading
from app.knowledge.files.found import Found, Unreadable, Why
from app.media.guard import Resolve, Route, WrongAddress, by_the_system, route_out
from app.whatsapp.graph import certificates

MOST_BYTES = 5 * 1024 * 1024
MOST_REDIRECTS = 5
PATIENCE_SECONDS = 15.0  # for all of it
LONGEST_ADDRESS = 500
KINDS = {"text/html": "web", "application/xhtml+xml": "web", "text/plain": "text"}
MISSING, CLOSED = (404, 410), (401, 403, 407, 429, 451)
PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://")

NO_ADDRESS = N_("This is no address of a page. It looks like https://example.com/prices.")
PRIVATE = N_("This address leads into a private network or to an unusual port, where nothing is read.")
NO_SITE = N_("There is no site of this name, or it cannot be reached.")
NO_PAGE = N_("The site has no such page.")
NOT_ALLOWED = N_("The site does not let programs read this page.")
NOT_NOW = N_("The site did not answer in time. Try again later.")
TOO_LARGE = N_("This page is larger than 5 MB.")
NO_TEXT = N_(
    "There is no text in this page. Perhaps a script draws it, which is not run here: copy its words by hand."
)
NOT_A_PAGE = N_("This is no page of text. Download it, and import it as a file.")


class Sites:
    """One client for all pages; `async with` ends its connections."""

    def __init__(
        self,
        *,
        resolve: Resolve = by_the_system,
        transport: httpx2.AsyncBaseTransport | None = None,
        patience_seconds: float = PATIENCE_SECONDS,
    ) -> None:
        self._resolve = resolve
        self._patience_seconds = patience_seconds
        self._client = httpx2.AsyncClient(
            headers={"User-Agent": "Recado", "Accept": "text/html, text/plain;q=0.8"},
            timeout=httpx2.Timeout(patience_seconds, connect=5),
            follow_redirects=False,
            transport=transport,
            verify=certificates(),
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._client.aclose()

    async def read(self, address: str) -> Found:
        """What its main part says. Raises Invalid (field "address")."""
        try:
            async with asyncio.timeout(self._patience_seconds):
                kind, content = await self._fetch(address)
            [found] = await reading.apart(kind, content)
        except WrongAddress:
            raise fault(PRIVATE) from None
        except (TimeoutError, httpx2.TimeoutException):
            raise fault(NOT_NOW) from None
        except (OSError, httpx2.HTTPError):
            raise fault(NO_SITE) from None
        except Unreadable as problem:
            raise fault(NO_TEXT if problem.why == Why.NO_TEXT else reading.WORDS[problem.why]) from None
        if not found.body.strip():
            raise fault(NO_TEXT)
        return Found((found.title or urlsplit(address).netloc)[:200], found.body)

    async def _fetch(self, url: str) -> tuple[str, bytes]:
        """Kind and content. Every address is checked before it is asked, also those that a redirect names."""
        for _ in range(MOST_REDIRECTS + 1):
            async with self._asked(url, await route_out(url, self._resolve)) as response:
                if not response.has_redirect_location:
                    return kind_of(response), await body_of(response)
                url = address_of(urljoin(url, response.headers["Location"]))
        raise fault(NO_PAGE)

    @asynccontextmanager
    async def _asked(self, url: str, route: Route) -> AsyncIterator[httpx2.Response]:
        """Connected to the number that was checked, speaking with whom the name promises."""
        headers, extensions = {"Host": route.host}, {"sni_hostname": route.name}
        async with self._client.stream("GET", route.url, headers=headers, extensions=extensions) as response:
            yield response


def address_of(typed: str) -> str:
    """As it is asked for: with its scheme, letters outside of ASCII escaped, without what stands behind "#". Raises
    Invalid."""
    typed = typed.strip()
    try:
        parts = urlsplit(typed if PLAIN.match(typed) else f"https://{typed}")
        if parts.scheme not in ("http", "https") or not parts.hostname or parts.username is not None:
            raise fault(NO_ADDRESS)
        host = parts.hostname.encode("idna").decode() if ":" not in parts.hostname else f"[{parts.hostname}]"
        port = f":{parts.port}" if parts.port is not None else ""
    except ValueError:
        raise fault(NO_ADDRESS) from None
    path, query = quote(parts.path or "/", "/%:@!$&'()*+,;=~"), quote(parts.query, "/%:@!$&'()*+,;=~?")
    address = f"{parts.scheme}://{host}{port}{path}" + (f"?{query}" if query else "")
    if len(address) > LONGEST_ADDRESS or " " in host:
        raise fault(NO_ADDRESS)
    return address


def kind_of(response: httpx2.Response) -> str:
    """Raises Invalid for what is no page of text."""
    if response.status_code in MISSING:
        raise fault(NO_PAGE)
    if response.status_code in CLOSED:
        raise fault(NOT_ALLOWED)
    if response.status_code != 200:
        raise fault(NOT_NOW)
    kind = KINDS.get(response.headers.get("Content-Type", "text/html").partition(";")[0].strip().lower())
    if kind is None:
        raise fault(NOT_A_PAGE)
    return kind


async def body_of(response: httpx2.Response) -> bytes:
    """With what the answer says of its letters before it. Raises Invalid when it is too large."""
    told = response.headers.get("Content-Type", "")
    body = f"<!--{told[:100]}-->".encode("ascii", "ignore") if "charset" in told and "html" in told else b""
    async for piece in response.aiter_bytes():
        body += piece
        if len(body) > MOST_BYTES:
            raise fault(TOO_LARGE)
    return body


def fault(words: str) -> Invalid:
    return Invalid(words, field="address")


def differences(before: str, after: str) -> Sequence[tuple[str, str]]:
    """What changed, line by line: ("-", was), ("+", is), (" ", the line beside them)."""
    from difflib import unified_diff

    most = 3000  # lines: comparing takes the square of them
    lines = unified_diff(before.splitlines()[:most], after.splitlines()[:most], n=1, lineterm="")
    return [(line[:1], line[1:]) for line in lines if not line.startswith(("---", "+++", "@@"))]
