"""Passwords: what a new one must be, and Argon2id to keep it."""

import asyncio
import unicodedata
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import TypeVar

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from app.errors import Invalid
from app.i18n import N_

SHORTEST = 10
LONGEST = 256  # hashing costs time per byte, and strangers choose how many

T = TypeVar("T")

_hasher = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
# Each hash takes 19 MiB and a core for some 60 ms: two at a time leave room for the rest on a small machine.
_two_at_a_time = ThreadPoolExecutor(max_workers=2, thread_name_prefix="passwords")


def check_new(password: str, *, email: str) -> None:
    """Raises Invalid (field `password`) for one that is too short, too long or the e-mail itself."""
    if len(password) < SHORTEST:
        raise Invalid(N_("The password needs at least 10 characters."), field="password")
    if len(password) > LONGEST:
        raise Invalid(N_("The password may have at most 256 characters."), field="password")
    if password.strip().lower() == email.strip().lower():
        raise Invalid(N_("The password must not be the e-mail."), field="password")


async def hashed(password: str) -> str:
    """The Argon2id hash to store, with its salt and cost in it."""
    return await _in_thread(lambda: _hasher.hash(_bytes(password)))


async def verify(stored: str | None, password: str) -> bool:
    """Whether this is the password; without a stored hash it takes as long, to hide who has an account."""
    if stored is None or len(password) > LONGEST:
        await _in_thread(lambda: _matches(_nobodys_hash(), "wrong"))
        return False
    return await _in_thread(lambda: _matches(stored, password))


async def renewed(stored: str, password: str) -> str | None:
    """The hash to keep from now on when `stored` was made with older costs, else None."""
    return await hashed(password) if needs_rehash(stored) else None


def needs_rehash(stored: str) -> bool:
    return _hasher.check_needs_rehash(stored)


def _matches(stored: str, password: str) -> bool:
    try:
        return _hasher.verify(stored, _bytes(password))
    except (VerificationError, InvalidHashError):
        return False


def _bytes(password: str) -> bytes:
    # "ã" is one character on some keyboards and two on others; a terminal may hand over lone surrogates.
    return unicodedata.normalize("NFC", password).encode("utf-8", "surrogatepass")


@cache
def _nobodys_hash() -> str:
    return _hasher.hash("nobody signs in with this")


async def _in_thread(work: Callable[[], T]) -> T:
    return await asyncio.get_running_loop().run_in_executor(_two_at_a_time, work)
