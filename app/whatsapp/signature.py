"""Whether a webhook really comes from Meta: HMAC-SHA256 of the raw bytes with the app secret."""

import hashlib
import hmac
from collections.abc import Sequence

PREFIX = "sha256="


def sign(secret: str, body: bytes) -> str:
    """The whole value of `X-Hub-Signature-256` for these bytes: `sha256=` and 64 lower-case hex digits."""
    return PREFIX + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


def is_signed(header: str | None, body: bytes, secrets: Sequence[str]) -> bool:
    """Whether one of the live secrets signed exactly these bytes. No header, or no secret: False.

    Two secrets live side by side while one replaces the other. Every one is tried, so that the time taken
    does not tell which matched.
    """
    # Compared as bytes: compare_digest refuses str with anything but ASCII, and a header may hold anything.
    given = (header or "").encode("utf-8", "replace")
    matches = [hmac.compare_digest(given, sign(secret, body).encode()) for secret in secrets if secret]
    return any(matches)
