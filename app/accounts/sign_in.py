"""A signed-in browser: a random token in its cookie, the token's SHA-256 in a row that can be taken away."""

import hashlib
import hmac
import secrets as randomness
from collections.abc import Sequence
from datetime import timedelta

from pydantic import SecretStr
from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from app import clock
from app.accounts.models import SignIn, User

IDLE = timedelta(hours=8)
ABSOLUTE = timedelta(days=7)
NOTED_EVERY = timedelta(minutes=1)


async def sign_in(session: AsyncSession, user: User) -> str:
    """A new token for this person's browser; whatever expired of theirs is cleared away."""
    now = clock.now()
    token = randomness.token_urlsafe(32)
    await session.execute(delete(SignIn).where(SignIn.user_id == user.id, SignIn.expires_at <= now))
    session.add(
        SignIn(
            user_id=user.id, token_hash=hash_of(token), created_at=now, seen_at=now, expires_at=now + ABSOLUTE
        )
    )
    return token


async def user_of(session: AsyncSession, token: str) -> tuple[User, SignIn] | None:
    """Whose token this is; None once signed out, idle for 8 hours, 7 days old, or its user is disabled."""
    now = clock.now()
    alive = (SignIn.expires_at > now, SignIn.seen_at > now - IDLE, User.is_active.is_(True))
    query = select(User, SignIn).join(SignIn, SignIn.user_id == User.id)
    found = (await session.execute(query.where(SignIn.token_hash == hash_of(token), *alive))).first()
    return None if found is None else (found[0], found[1])


async def is_signed_in(session: AsyncSession, sign_in_id: int) -> bool:
    """Whether this sign-in still stands: an open stream asks it again and again.

    An open stream is not idle in the sense that matters here, so only its absolute end counts.
    """
    query = select(SignIn.id).join(User, User.id == SignIn.user_id)
    alive = (SignIn.expires_at > clock.now(), User.is_active.is_(True))
    return (await session.execute(query.where(SignIn.id == sign_in_id, *alive))).first() is not None


async def standing_among(session: AsyncSession, sign_in_ids: Sequence[int]) -> frozenset[int]:
    """Those of these sign-ins that still stand, in the same sense."""
    query = select(SignIn.id).join(User, User.id == SignIn.user_id)
    alive = (SignIn.expires_at > clock.now(), User.is_active.is_(True))
    return frozenset(await session.scalars(query.where(SignIn.id.in_(sign_in_ids), *alive)))


def is_due_for_note(sign_in: SignIn) -> bool:
    """Whether the last note of being seen is a minute old: each note is a write."""
    return clock.now() - sign_in.seen_at >= NOTED_EVERY


async def note_seen(session: AsyncSession, sign_in_id: int) -> None:
    await session.execute(update(SignIn).where(SignIn.id == sign_in_id).values(seen_at=clock.now()))


async def sign_out(session: AsyncSession, token: str) -> None:
    await session.execute(delete(SignIn).where(SignIn.token_hash == hash_of(token)))


async def sign_out_everywhere(session: AsyncSession, user_id: int) -> None:
    """End every session of this person: after a new password, or when they are disabled."""
    await session.execute(delete(SignIn).where(SignIn.user_id == user_id))


def hash_of(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


def csrf_token(token: str, secrets: Sequence[SecretStr]) -> str:
    """What a changing request of this session must carry.

    It is the same on every page of the session, not masked anew each time: a live fragment with a form must
    equal the reloaded page. Reading it out of the length of compressed pages (BREACH) would take requests
    made by another site with our cookie, which SameSite=Lax withholds; and alone it opens nothing, as Origin
    is checked too.
    """
    return _csrf_token(token, secrets[0])


def csrf_ok(given: str, token: str, secrets: Sequence[SecretStr]) -> bool:
    """Whether `given` is this session's token under any live secret: a rotation breaks no open page."""
    return any(
        hmac.compare_digest(given.encode("utf-8", "replace"), _csrf_token(token, secret).encode())
        for secret in secrets
    )


def _csrf_token(token: str, secret: SecretStr) -> str:
    key = secret.get_secret_value().encode()
    return hmac.new(key, f"csrf {token}".encode("utf-8", "surrogatepass"), hashlib.sha256).hexdigest()
