"""The key pair by which push services know this installation (VAPID, RFC 8292): made at the first start, kept sealed."""

import base64
from collections.abc import Sequence

from cryptography.fernet import InvalidToken
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from pydantic import SecretStr
from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.installation import Installation
from app.push.models import PushSubscription
from app.sealing import IN_DEVELOPMENT, seals

Key = ec.EllipticCurvePrivateKey
PURPOSE = "push key"


async def ensure(session: AsyncSession, secrets: Sequence[SecretStr]) -> Key:
    """This installation's key, from now on sealed by the newest secret alone; made anew where none can be opened.

    Whoever subscribed to a key that is lost is forgotten: their browsers subscribe to the new one by themselves.
    """
    kept = (await session.execute(select(Installation.push_key).where(Installation.id == 1))).scalar_one()
    if (key := opened(kept, secrets[:1] or IN_DEVELOPMENT)) is not None:
        return key
    key = opened(kept, secrets)
    sealing = update(Installation).where(Installation.id == 1, Installation.push_key == kept)
    new = key or ec.generate_private_key(ec.SECP256R1())
    won = await session.execute(sealing.values(push_key=sealed(new, secrets)).returning(Installation.id))
    if won.first() is None:
        return await ensure(session, secrets)  # another process that starts at the same moment was quicker
    if key is None:
        await session.execute(delete(PushSubscription))
    return new


async def stored(session: AsyncSession, secrets: Sequence[SecretStr]) -> Key:
    """The key that `ensure` has seen to."""
    kept = (await session.execute(select(Installation.push_key).where(Installation.id == 1))).scalar_one()
    key = opened(kept, secrets)
    if key is None:
        raise RuntimeError("the push key was sealed by another SECRET_KEY")
    return key


def sealed(key: Key, secrets: Sequence[SecretStr]) -> str:
    raw = key.private_bytes(
        serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return seals(secrets, PURPOSE).encrypt(raw).decode()


def opened(kept: str, secrets: Sequence[SecretStr]) -> Key | None:
    """None for what was sealed by none of these secrets, and while nothing is kept."""
    try:
        raw = seals(secrets, PURPOSE).decrypt(kept.encode())
    except InvalidToken:
        return None
    key = serialization.load_der_private_key(raw, password=None)
    return key if isinstance(key, Key) else None


def public(key: Key) -> str:
    """The public half as browsers and push services want it: the uncompressed point in URL-safe base64."""
    point = key.public_key().public_bytes(
        serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint
    )
    return base64.urlsafe_b64encode(point).rstrip(b"=").decode()
