"""Carries webhooks to the business: signed, concurrent, and again until the answer is 200."""

import hmac
import json
import ssl
from asyncio import sleep
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import cache
from hashlib import sha256
from typing import Any

import httpx2

from app.simulator.background import Background
from app.simulator.config import SimulatorConfig
from app.simulator.faults import Faults
from app.simulator.payloads import Update, envelope

MOST_IN_ONE_POST = 1000


@dataclass(slots=True)
class Delivery:
    """One POST and its repetitions. `answers` holds HTTP statuses, or words when there was none."""

    number: int
    ids: list[str]
    fields: list[str]
    body: bytes
    signature: str
    answers: list[int | str] = field(default_factory=list)
    state: str = "pending"


@cache
def _certificates() -> ssl.SSLContext:
    """Loaded once: it takes longer than everything else that starting needs."""
    return httpx2.create_ssl_context(trust_env=False)


def as_meta_writes(value: Any) -> bytes:
    """JSON with non-ASCII and slashes escaped, as Meta signs and sends it."""
    return json.dumps(value, separators=(",", ":")).replace("/", "\\/").encode()


def sign(secret: str, body: bytes) -> str:
    return "sha256=" + hmac.new(secret.encode(), body, sha256).hexdigest()


class Courier:
    """Every webhook on its way, and those that arrived."""

    def __init__(
        self,
        config: SimulatorConfig,
        background: Background,
        faults: Faults,
        address: Callable[[], str],
        arrived: Callable[[list[str]], None],
    ) -> None:
        """`address` tells the webhook's URL of the moment; `arrived` hears the ids of each 200."""
        self._config = config
        self._background = background
        self._faults = faults
        self._address = address
        self._arrived = arrived
        self.forget()

    def forget(self) -> None:
        self.deliveries: deque[Delivery] = deque(maxlen=50_000)
        self.held: list[Update] | None = None
        self._last_number = 0

    def open(self) -> None:
        """Ready to carry; `close` when the loop ends."""
        limits = httpx2.Limits(max_connections=200, max_keepalive_connections=50)
        self._client = httpx2.AsyncClient(
            timeout=self._config.webhook_timeout_seconds,
            limits=limits,
            trust_env=False,
            verify=_certificates(),
        )

    async def close(self) -> None:
        await self._client.aclose()

    # Sending

    def carry(self, update: Update, *, copies: int = 0) -> list[Delivery]:
        """Send one update now, or keep it while holding. `copies` 0: as the faults say, usually one."""
        if self.held is not None:
            self.held.append(update)
            return []
        body = as_meta_writes(envelope(self._config, [update]))
        times = copies or self._faults.copies_of_webhook()
        return [self.carry_bytes(body, ids=[update.id], fields=[update.field]) for _ in range(times)]

    def carry_batch(self, updates: list[Update], shape: str = "merged") -> list[Delivery]:
        """Many updates in as few POSTs as Meta would use."""
        return [
            self.carry_bytes(
                as_meta_writes(envelope(self._config, part, shape)),
                ids=[update.id for update in part],
                fields=sorted({update.field for update in part}),
            )
            for part in _parts(updates)
        ]

    def carry_bytes(
        self,
        body: bytes,
        *,
        ids: Iterable[str] = (),
        fields: Iterable[str] = (),
        signature: str | None = None,
    ) -> Delivery:
        """Send these bytes, signed rightly unless `signature` is given ("" sends none)."""
        self._last_number += 1
        right = sign(self._config.app_secret, body)
        delivery = Delivery(
            self._last_number, list(ids), list(fields), body, right if signature is None else signature
        )
        self.deliveries.append(delivery)
        self._background.spawn(self._repeat(delivery))
        return delivery

    def hold(self) -> None:
        """Keep updates back until `release`."""
        self.held = self.held or []

    def release(self) -> list[Update]:
        """Stop holding. Returns what was kept, oldest first, for the caller to carry."""
        kept, self.held = self.held or [], None
        return kept

    def settled(self, wamid: str) -> bool:
        """Whether every webhook about this message has been answered with 200, or given up."""
        return all(one.state != "pending" for one in self.deliveries if wamid in one.ids)

    def pending_count(self) -> int:
        return sum(one.state == "pending" for one in self.deliveries)

    async def post_once(self, body: bytes, signature: str | None = None) -> int | str:
        """One POST without repetition. Returns the HTTP status, or a word when there was no answer."""
        right = sign(self._config.app_secret, body)
        return await self._post(Delivery(0, [], [], body, right if signature is None else signature))

    async def _repeat(self, delivery: Delivery) -> None:
        pause = self._config.webhook_retry_seconds
        for _ in range(self._config.webhook_attempts):
            answer = await self._post(delivery)
            delivery.answers = [*delivery.answers[-99:], answer]
            if answer == 200:
                delivery.state = "answered"
                self._arrived(delivery.ids)
                return
            self._background.ring()
            await sleep(pause)
            pause = min(pause * 2, self._config.webhook_retry_max_seconds)
        delivery.state = "given up"

    async def _post(self, delivery: Delivery) -> int | str:
        headers = {"content-type": "application/json", "user-agent": "facebookexternalua"}
        if delivery.signature:
            headers["x-hub-signature-256"] = delivery.signature
        try:
            response = await self._client.post(self._address(), content=delivery.body, headers=headers)
        except (httpx2.HTTPError, httpx2.InvalidURL, AttributeError) as error:
            return type(
                error
            ).__name__  # AttributeError: anyio's, when the other side dies just as it is reached
        return response.status_code

    async def shake_hands(self, verify_token: str | None = None) -> tuple[int, bool]:
        """Meta's GET verification. Returns the HTTP status, and whether the challenge came back bare."""
        challenge = "1158201444"
        query = {
            "hub.mode": "subscribe",
            "hub.challenge": challenge,
            "hub.verify_token": verify_token or self._config.verify_token,
        }
        response = await self._client.get(self._address(), params=query)
        return response.status_code, response.text == challenge


def _parts(updates: list[Update]) -> Iterable[list[Update]]:
    for start in range(0, len(updates), MOST_IN_ONE_POST):
        yield updates[start : start + MOST_IN_ONE_POST]
