"""For whom Claude is asked, as Anthropic is told it: a name that says nothing, the same for the same person."""

import hmac
from hashlib import sha256

from app.sealing import IN_DEVELOPMENT, derived
from app.settings import Settings


def contact(settings: Settings, contact_id: int) -> str:
    return pseudonym(settings, f"contact {contact_id}")


def attendant(settings: Settings, user_id: int) -> str:
    return pseudonym(settings, f"user {user_id}")


def pseudonym(settings: Settings, who: str) -> str:
    """64 hexadecimal digits; another `SECRET_KEY` gives others."""
    secret = (settings.secret_key or IN_DEVELOPMENT)[0]
    return hmac.new(derived(secret, "whom Claude is asked for"), who.encode(), sha256).hexdigest()
