"""What the database keeps sealed: by `SECRET_KEY`, for each purpose with a key of its own."""

import base64
from collections.abc import Sequence

from cryptography.fernet import Fernet, MultiFernet
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from pydantic import SecretStr

IN_DEVELOPMENT = (SecretStr("development goes without SECRET_KEY"),)


def seals(secrets: Sequence[SecretStr], purpose: str) -> MultiFernet:
    """Seals by the first secret, opens by any."""
    keys = (derived(secret, purpose) for secret in secrets or IN_DEVELOPMENT)
    return MultiFernet([Fernet(base64.urlsafe_b64encode(key)) for key in keys])


def derived(secret: SecretStr, purpose: str) -> bytes:
    """32 bytes that say nothing about the secret, nor about the key of another purpose."""
    bound = HKDF(algorithm=hashes.SHA256(), length=32, salt=None, info=f"recado {purpose}".encode())
    return bound.derive(secret.get_secret_value().encode())
