"""Sending through Meta's Graph API over one HTTP client. Nothing here logs a token, a number or a text."""

import asyncio
import json
import re
import ssl
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any, Self
from urllib.parse import urlencode

import httpx2

from app import boundaries, clock
from app.boundaries import Boundary
from app.web_addresses import is_loopback
from app.whatsapp.block_list import block_payload, result_for
from app.whatsapp.graph_errors import GraphError
from app.whatsapp.outcomes import (
    Accepted,
    Answered,
    NotReached,
    NotSent,
    Outcome,
    Unknown,
    Withheld,
    answer_of,
    moment_of,
    outcome_of,
    success_of,
)
from app.whatsapp.request_bodies import read_payload

__all__ = [
    "Accepted", "Answered", "Graph", "NotReached", "NotSent", "Outcome", "Timeouts", "Unknown", "Withheld",
]  # fmt: skip

LARGEST_ANSWER, LARGEST_LIST = 64 * 1024, 2 * 1024 * 1024
TOKEN_EXPIRED, NO_SUCH_NUMBER = 190, 33
TOKEN = re.compile(r"[!-~]{1,4096}")
OBJECT_ID = re.compile(r"[0-9]{1,32}")

# Raised before the first byte of the request is written. Everything else may have reached Meta.
BEFORE_SENDING = (
    httpx2.ConnectError,  # refused, unknown host, TLS
    httpx2.ConnectTimeout,
    httpx2.PoolTimeout,
    httpx2.ProxyError,
    httpx2.UnsupportedProtocol,
)


@dataclass(frozen=True, slots=True)
class Timeouts:
    """In seconds. `total` ends an answer that drips; it is longer than connecting can take, so whatever it
    ends was already being sent."""

    connect: float = 5
    read: float = 60
    total: float = 90


@dataclass(frozen=True, slots=True)
class _Answer:
    status: int
    retry_after: str | None
    date: str | None
    body: bytes


class _TakenBack(Exception):
    """Whoever wanted the request sent does not want it any more; it stands at the door still."""


Trace = Callable[[str, dict[str, Any]], Awaitable[None]]

BEFORE_THE_FIRST_BYTE = "http11.send_request_headers.started"
STAGES = {
    "http11.send_request_body.complete": Boundary.REQUEST_WRITTEN,
    "http11.receive_response_headers.complete": Boundary.HEADERS_READ,
    "http11.receive_response_body.complete": Boundary.ANSWER_READ,
}


def _watched(may_write: Callable[[], bool]) -> Trace:
    """Asks once more between the connection, which may have taken long, and the first byte."""

    async def trace(event: str, _: dict[str, Any]) -> None:
        if event == BEFORE_THE_FIRST_BYTE:
            if not may_write():
                raise _TakenBack
            boundaries.passed(Boundary.LEASE_CHECKED)
        elif event in STAGES:
            boundaries.passed(STAGES[event])

    return trace


@cache
def certificates() -> ssl.SSLContext:
    """Loaded once in a process: it takes longer than everything else that a client needs."""
    return httpx2.create_ssl_context()


class Graph:
    """One client for all numbers of the installation; `async with` or `close()` ends its connections."""

    def __init__(
        self,
        base_url: str,
        version: str,
        *,
        timeouts: Timeouts | None = None,
        tell_time: Callable[[datetime], None] = lambda _: None,
    ) -> None:
        """`tell_time` hears the moment (UTC, whole seconds) that Meta's clock showed with each answer."""
        self._base_url = f"{base_url.rstrip('/')}/{version}"
        self._tell_time = tell_time
        self._timeouts = timeouts or Timeouts()
        self._client = httpx2.AsyncClient(
            headers={"User-Agent": "Recado", "Accept": "application/json", "Accept-Encoding": "identity"},
            timeout=httpx2.Timeout(self._timeouts.read, connect=self._timeouts.connect, pool=10),
            # An idle connection that Meta is about to close would turn a send into an unknown one.
            limits=httpx2.Limits(max_connections=400, keepalive_expiry=15),
            trust_env=not is_loopback(base_url),
            verify=certificates(),
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def close(self) -> None:
        await self._client.aclose()

    async def send(
        self,
        *,
        phone_number_id: str,
        access_token: str,
        payload: dict[str, Any],
        may_write: Callable[[], bool] = lambda: True,
    ) -> Outcome:
        """One attempt to send one message, unless `may_write` says no just before its first byte. Raises nothing
        but cancellation, after which the outcome is unknown as well."""
        trace = _watched(may_write)
        try:
            answer = await self._post(phone_number_id, access_token, payload, {"trace": trace})
        except _TakenBack:
            return Withheld()
        if isinstance(answer, _Answer):
            return outcome_of(answer.status, answer.retry_after, answer.body, clock.now())
        return answer

    async def mark_read(
        self, *, phone_number_id: str, access_token: str, wamid: str, typing: bool
    ) -> NotSent | NotReached | Unknown | None:
        """Show the customer that this message and all before it were read; with `typing` also "typing…", for
        25 s or until the next message. None when done; a failure is told, never raised, and costs nothing."""
        answer = await self._post(phone_number_id, access_token, read_payload(wamid, typing=typing))
        if isinstance(answer, _Answer):
            return success_of(answer.status, answer.retry_after, answer.body, clock.now())
        return answer

    async def set_blocked(
        self, *, phone_number_id: str, access_token: str, user: str, blocked: bool
    ) -> NotSent | NotReached | Unknown | None:
        """Put one customer (`user`: a wa_id or a BSUID) on the number's block list, or take them off it; again does no
        harm. None when done; a failure is told, never raised."""
        address, content = f"{phone_number_id}/block_users", json.dumps(block_payload(user)).encode()
        method = "POST" if blocked else "DELETE"
        answer = await self._ask(method, phone_number_id, address, access_token, content)
        if isinstance(answer, _Answer):
            return result_for(user, answer.status, answer.retry_after, answer.body, clock.now())
        return answer

    async def read(
        self,
        *,
        object_id: str,
        access_token: str,
        edge: str = "",
        fields: Sequence[str] = (),
        page: Mapping[str, str] | None = None,
    ) -> Answered | NotReached | Unknown:
        """Ask about a number, an account, or what hangs on it (`edge`, such as "subscribed_apps"; a long
        list comes by the `page`). Raises nothing."""
        address = f"{object_id}/{edge}" if edge else object_id
        query = ({"fields": ",".join(fields)} if fields else {}) | dict(page or {})
        asked = f"{address}?{urlencode(query, safe=',')}" if query else address
        answer = await self._ask("GET", object_id, asked, access_token, None)
        if isinstance(answer, _Answer):
            return answer_of(answer.status, answer.date, answer.body)
        return Answered({}, answer.error) if isinstance(answer, NotSent) else answer

    async def _post(
        self,
        phone_number_id: str,
        access_token: str,
        payload: dict[str, Any],
        extensions: dict[str, Any] | None = None,
    ) -> _Answer | NotSent | NotReached | Unknown:
        content = json.dumps(payload).encode()
        address = f"{phone_number_id}/messages"
        return await self._ask("POST", phone_number_id, address, access_token, content, extensions)

    async def _ask(
        self,
        method: str,
        object_id: str,
        address: str,
        access_token: str,
        content: bytes | None,
        extensions: dict[str, Any] | None = None,
    ) -> _Answer | NotSent | NotReached | Unknown:
        if not TOKEN.fullmatch(access_token):  # it could not stand in a header
            return NotSent(GraphError(TOKEN_EXPIRED))
        if not OBJECT_ID.fullmatch(object_id):
            return NotSent(GraphError(NO_SUCH_NUMBER))
        try:
            async with asyncio.timeout(self._timeouts.total):
                return await self._answer(method, address, access_token, content, extensions or {})
        except BEFORE_SENDING as problem:
            return NotReached(type(problem).__name__)
        except (httpx2.HTTPError, TimeoutError) as problem:
            return Unknown(type(problem).__name__)

    async def _answer(
        self,
        method: str,
        address: str,
        access_token: str,
        content: bytes | None,
        extensions: dict[str, Any],
    ) -> _Answer | Unknown:
        headers = {"Authorization": f"Bearer {access_token}"}
        if content is not None:
            headers["Content-Type"] = "application/json"
        url = f"{self._base_url}/{address}"
        async with self._client.stream(
            method, url, content=content, headers=headers, extensions=extensions
        ) as response:
            body, largest = b"", LARGEST_LIST if method == "GET" else LARGEST_ANSWER
            async for chunk in response.aiter_bytes(LARGEST_ANSWER):
                if len(body) + len(chunk) > largest:
                    return Unknown("too long an answer")
                body += chunk
            told = response.headers
            if (shown := moment_of(told.get("Date"))) is not None:
                self._tell_time(shown)
            return _Answer(response.status_code, told.get("Retry-After"), told.get("Date"), body)
