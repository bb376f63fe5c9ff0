"""Hands a message to a browser's push service: encrypted for that browser (RFC 8291), signed by us (RFC 8292)."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Self

import http_ece  # type: ignore[import-untyped]
import httpx2
from cryptography.hazmat.primitives.asymmetric import ec
from joserfc import jwt
from joserfc.jwk import ECKey

from app import clock
from app.push.keys import Key, public
from app.push.subscriptions import decoded, origin_of
from app.settings import Settings
from app.web_addresses import is_loopback
from app.whatsapp.graph import certificates

SIGNATURE_LASTS = timedelta(hours=12)  # services take a day at most
PATIENCE_SECONDS = 10.0
GONE = (404, 410)


class Gone(Exception):
    """The browser has ended its subscription."""


class NotNow(Exception):
    """It may go well later. The message names the kind of failure alone."""


class NotTaken(Exception):
    """The service will never take this."""


@dataclass(frozen=True, slots=True)
class Browser:
    """Where a browser is called, and its keys in URL-safe base64."""

    endpoint: str
    p256dh: str
    auth: str


class PushService:
    """One client for all services; `async with` ends its connections.

    `contact`: see `contact_of`; `further`: services that the operator trusts beside the known ones."""

    def __init__(self, contact: str, further: Sequence[str] = ()) -> None:
        self.contact = contact
        self._client = httpx2.AsyncClient(
            timeout=PATIENCE_SECONDS,
            follow_redirects=False,
            trust_env=not any(map(is_loopback, further)),
            verify=certificates(),
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._client.aclose()

    async def send(
        self, browser: Browser, key: Key, message: dict[str, Any], *, topic: str, lasts: timedelta
    ) -> None:
        """A newer message of the same topic takes the place of one that still waits at the service.

        Raises Gone, NotNow or NotTaken.
        """
        headers = {
            "Authorization": f"vapid t={self._signature(browser, key)}, k={public(key)}",
            "Content-Encoding": "aes128gcm",
            "Content-Type": "application/octet-stream",
            "TTL": str(int(lasts.total_seconds())),
            "Topic": topic,
            "Urgency": "high",
        }
        try:
            answer = await self._client.post(
                browser.endpoint, content=encrypted(browser, message), headers=headers
            )
        except (httpx2.HTTPError, OSError) as error:
            raise NotNow(type(error).__name__) from None
        if answer.status_code in GONE:
            raise Gone
        if answer.status_code == 429 or answer.status_code >= 500:
            raise NotNow(f"status {answer.status_code}")
        if not answer.is_success:
            raise NotTaken(f"status {answer.status_code}")

    def _signature(self, browser: Browser, key: Key) -> str:
        says = {
            "aud": origin_of(browser.endpoint),
            "exp": int((clock.now() + SIGNATURE_LASTS).timestamp()),
            "sub": self.contact,
        }
        return jwt.encode({"alg": "ES256", "typ": "JWT"}, says, ECKey.import_key(key))


def encrypted(browser: Browser, message: dict[str, Any]) -> bytes:
    """Only this browser can read it; each message has a key of its own."""
    sealed: bytes = http_ece.encrypt(
        json.dumps(message).encode(),
        private_key=ec.generate_private_key(ec.SECP256R1()),
        dh=decoded(browser.p256dh),
        auth_secret=decoded(browser.auth),
        version="aes128gcm",
    )
    return sealed


def contact_of(settings: Settings) -> str:
    """Whom the operator of a push service may write to about this installation."""
    mail = settings.admin_email or "admin@example.com"
    return settings.public_url if settings.is_https else f"mailto:{mail}"
