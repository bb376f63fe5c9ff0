"""One request to another system: guarded, bounded, and told without a word that could be a secret or an order."""

import asyncio
import json
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from time import monotonic
from typing import Any

import httpx2

from app.connectors import filling, headers
from app.connectors.headers import Secrets
from app.connectors.models import Connector
from app.media.guard import (
    USUAL_PORTS,
    Address,
    Resolve,
    Route,
    WrongAddress,
    by_the_system,
    own_origin,
    parsed,
    route_out,
)
from app.settings import Settings
from app.web_addresses import is_loopback
from app.whatsapp.graph import certificates

log = logging.getLogger(__name__)

MOST_BYTES = 64 * 1024
MOST_TOLD = 8000  # characters
TEXTS = ("text/plain", "text/csv")


class Failure(StrEnum):
    """Why there is nothing to tell."""

    NOT_KNOWN = "not_known"  # the channel does not tell what is filled in of the customer
    NO_PART = "no_part"  # a value that would lead to another place
    SEALED = "sealed"  # the headers cannot be opened
    FORBIDDEN = "forbidden"  # the address leads into a private network
    UNREACHABLE = "unreachable"
    TOO_SLOW = "too_slow"
    REDIRECTED = "redirected"
    NOT_FOUND = "not_found"
    REFUSED = "refused"  # another status that is no success
    TOO_LARGE = "too_large"
    UNREADABLE = "unreadable"  # neither JSON nor text


class Failed(Exception):
    def __init__(self, failure: Failure, status: int | None = None) -> None:
        super().__init__(failure)
        self.failure, self.status = failure, status


@dataclass(frozen=True)
class Sent:
    """A request as it leaves, secrets and all: for nobody's eyes but `shown`'s."""

    method: str
    url: str
    headers: Mapping[str, str]
    body: str | None


@dataclass(frozen=True)
class Outcome:
    """`said`: the answer as text, when there is no `failure`."""

    status: int | None
    said: str
    failure: Failure | None = None
    took_ms: int = 0


@dataclass(frozen=True)
class Outside:
    """The way out. `trusted`: the simulator's address in development, the only one on this machine that is asked."""

    trusted: str = ""
    resolve: Resolve = by_the_system
    transport: Callable[[], httpx2.AsyncBaseTransport] | None = None

    def trusts(self, address: Address) -> bool:
        return bool(self.trusted) and address.origin == own_origin(self.trusted)

    async def ask(
        self, connector: Connector, values: filling.Values, secrets: Secrets, key: str = ""
    ) -> Outcome:
        """`values`: arguments and what the channel tells; `key`: the same for one and the same act. Raises nothing."""
        began, status = monotonic(), None
        try:
            async with asyncio.timeout(connector.timeout_seconds):
                status, said = await self._asked(request_of(connector, values, secrets, key), connector.picks)
            outcome = Outcome(status, said)
        except Failed as failed:
            outcome = Outcome(failed.status, "", failed.failure)
        except WrongAddress:
            outcome = Outcome(None, "", Failure.FORBIDDEN)
        except (TimeoutError, httpx2.TimeoutException):
            outcome = Outcome(status, "", Failure.TOO_SLOW)
        except (OSError, httpx2.HTTPError, httpx2.InvalidURL, UnicodeError):
            outcome = Outcome(None, "", Failure.UNREACHABLE)
        took = round((monotonic() - began) * 1000)
        about = {"connector": connector.id, "status": outcome.status, "failure": outcome.failure, "ms": took}
        log.info("a connector was asked", extra=about)
        return Outcome(outcome.status, outcome.said, outcome.failure, took)

    async def _asked(self, sent: Sent, picks: str) -> tuple[int, str]:
        route = await self._route(sent.url)
        known = {"Host": route.host, "User-Agent": "Recado", "Accept": "application/json, text/plain;q=0.8"}
        # Unpacking could make megabytes of a few bytes.
        told = known | dict(sent.headers) | {"Accept-Encoding": "identity"}
        content = sent.body.encode() if sent.body is not None else None
        extensions = {"sni_hostname": route.name}
        async with (
            self._client() as client,
            client.stream(
                sent.method, route.url, headers=told, content=content, extensions=extensions
            ) as answer,
        ):
            return answer.status_code, text_of(await body_of(answer), kind_of(answer), picks)

    async def _route(self, url: str) -> Route:
        address = parsed(url)
        if not self.trusts(address):
            if address.scheme != "https":
                raise WrongAddress("not https")
            return await route_out(url, self.resolve)
        port = "" if address.port == USUAL_PORTS[address.scheme] else f":{address.port}"
        return Route(address.at(address.host), address.host + port, address.host)

    def _client(self) -> httpx2.AsyncClient:
        """One for each request: a connection is not shared between names that lie at one address."""
        return httpx2.AsyncClient(
            follow_redirects=False,
            timeout=httpx2.Timeout(None),
            transport=self.transport() if self.transport else None,
            trust_env=not (self.trusted and is_loopback(self.trusted)),
            verify=certificates(),
        )


def outside_of(settings: Settings) -> Outside:
    """Where the program plays Claude or WhatsApp itself, its simulated shop may be asked too."""
    if settings.plays_claude:
        return Outside(settings.anthropic_base_url)
    return Outside(settings.whatsapp_api_url if settings.plays_whatsapp else "")


def request_of(connector: Connector, values: filling.Values, secrets: Secrets, key: str = "") -> Sent:
    """Raises Failed."""
    try:
        own = headers.opened(connector.headers_sealed, secrets)
        told = {name: filling.filled_text(value, values) for name, value in own.items()}
        url = filling.filled_url(connector.url, values)
        body = filling.filled_json(connector.body, values) if connector.body else None
    except headers.Unopenable:
        raise Failed(Failure.SEALED) from None
    except filling.NotKnown:
        raise Failed(Failure.NOT_KNOWN) from None
    except filling.NoPartOfAPath:
        raise Failed(Failure.NO_PART) from None
    if not all(map(headers.is_plain, told.values())):
        raise Failed(Failure.NO_PART)
    if body is not None:
        told["Content-Type"] = "application/json"
    if key:
        told["Idempotency-Key"] = key
    return Sent(connector.method, url, told, body)


def kind_of(answer: httpx2.Response) -> str:
    """Raises Failed for what is no success, and for what is packed although it was told not to be."""
    if answer.is_redirect:
        raise Failed(Failure.REDIRECTED, answer.status_code)
    if not answer.is_success:
        missing = answer.status_code in (404, 410)
        raise Failed(Failure.NOT_FOUND if missing else Failure.REFUSED, answer.status_code)
    if answer.headers.get("Content-Encoding", "identity").lower() != "identity":
        raise Failed(Failure.UNREADABLE, answer.status_code)
    kind: str = answer.headers.get("Content-Type", "")
    return kind.partition(";")[0].strip().lower()


async def body_of(answer: httpx2.Response) -> str:
    """Raises Failed."""
    kind_of(answer)
    body = b""
    async for piece in answer.aiter_raw():
        body += piece
        if len(body) > MOST_BYTES:
            raise Failed(Failure.TOO_LARGE, answer.status_code)
    try:
        return body.decode(answer.charset_encoding or "utf-8", "replace")
    except LookupError:
        raise Failed(Failure.UNREADABLE, answer.status_code) from None


def text_of(body: str, kind: str, picks: str) -> str:
    """Raises Failed for what is neither JSON nor plain text."""
    if not body.strip():
        return ""
    if kind in TEXTS:
        return cut(body.strip())
    if kind != "application/json" and not kind.endswith("+json"):
        raise Failed(Failure.UNREADABLE)
    try:
        found = json.loads(body)
        told = picked(found, picks) if picks else found
        return cut(json.dumps(told, ensure_ascii=False))
    except (ValueError, RecursionError):
        raise Failed(Failure.UNREADABLE) from None


def cut(text: str) -> str:
    return text if len(text) <= MOST_TOLD else f"{text[:MOST_TOLD]} … (o resto foi cortado)"


def picked(found: Any, picks: str) -> dict[str, Any]:
    """What stands at each path, None where nothing does."""
    return {path: at(found, path.split(".")) for path in map(str.strip, picks.split(","))}


def at(node: Any, path: list[str]) -> Any:
    """A name goes into an object, and into each one of a list; a number into that one of a list."""
    if not path:
        return node
    step, *rest = path
    if isinstance(node, list):
        if step.isascii() and step.isdigit():
            return at(node[int(step)], rest) if int(step) < len(node) else None
        return [at(one, path) for one in node]
    return at(node[step], rest) if isinstance(node, dict) and step in node else None
