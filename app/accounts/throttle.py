"""Guessing passwords is slow: so many wrong tries in a quarter of an hour, then wait. Nobody is locked out.

Counted per account *and* address, and per address: a stranger's guesses never keep the owner out elsewhere.
"""

import hashlib
import ipaddress
import math
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

from limits import RateLimitItem, RateLimitItemPerMinute
from limits.aio.storage import MemoryStorage
from limits.aio.strategies import MovingWindowRateLimiter

from app.errors import AppError
from app.i18n import N_

MINUTES = 15
WRONG_PER_ACCOUNT = 10
WRONG_PER_ADDRESS = 50

Key = tuple[str, ...]


class TooManyTries(AppError):
    """Wait `retry_after_seconds` (at least 1) before trying again from this address."""

    status = 429
    code = "too-many-tries"
    words = N_("Too many wrong tries. Wait a few minutes and try again.")

    def __init__(self, retry_after_seconds: int) -> None:
        super().__init__()
        self.retry_after_seconds = retry_after_seconds


class Throttle:
    """The wrong tries of one process.

    Tries under way count as wrong until they turn out right: a burst gains nothing over guessing one by one.
    """

    def __init__(self, per_account: int = WRONG_PER_ACCOUNT, per_address: int = WRONG_PER_ADDRESS) -> None:
        self._limiter = MovingWindowRateLimiter(MemoryStorage())
        self._per_account = RateLimitItemPerMinute(per_account, MINUTES)
        self._per_address = RateLimitItemPerMinute(per_address, MINUTES)
        self._under_way: Counter[Key] = Counter()

    async def check(self, email: str, address: str) -> None:
        """Raises TooManyTries when this account from this address, or this address, has to wait."""
        waits = [await self._wait_seconds(item, key) for item, key in self._windows(email, address)]
        if max(waits):
            raise TooManyTries(max(waits))

    @contextmanager
    def trying(self, email: str, address: str) -> Iterator[None]:
        """One try is under way; enter it right after `check`, without waiting in between."""
        keys = [key for _, key in self._windows(email, address)]
        self._under_way.update(keys)
        try:
            yield
        finally:
            self._under_way.subtract(keys)
            for key in keys:
                if self._under_way[key] <= 0:
                    del self._under_way[key]

    async def wrong(self, email: str, address: str) -> None:
        for item, key in self._windows(email, address):
            await self._limiter.hit(item, *key)

    async def right(self, email: str, address: str) -> None:
        """Forget this account's wrong tries from here. The address keeps its own: others sit behind it."""
        item, key = self._windows(email, address)[0]
        await self._limiter.clear(item, *key)

    def _windows(self, email: str, address: str) -> tuple[tuple[RateLimitItem, Key], ...]:
        network = network_of(address)
        return (self._per_account, ("account", hash_of(email), network)), (
            self._per_address,
            ("address", network),
        )

    async def _wait_seconds(self, item: RateLimitItem, key: Key) -> int:
        if await self._limiter.test(item, *key, cost=self._under_way[key] + 1):
            return 0
        stats = await self._limiter.get_window_stats(item, *key)
        if stats.remaining > 0:
            return 1  # only tries under way fill it: they end soon
        return max(1, math.ceil(stats.reset_time - time.time()))


def hash_of(email: str) -> str:
    return hashlib.sha256(email.strip().lower().encode("utf-8", "replace")).hexdigest()


def network_of(address: str) -> str:
    """An IPv4 address, or the /64 of an IPv6 one: whoever has one address there has them all."""
    try:
        ip = ipaddress.ip_address(address)
    except ValueError:
        return address
    if isinstance(ip, ipaddress.IPv4Address):
        return str(ip)
    if ip.ipv4_mapped:
        return str(ip.ipv4_mapped)
    return str(ipaddress.ip_network((int(ip), 64), strict=False))
