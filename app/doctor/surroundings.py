"""What the environment says and where this process stands: secrets, addresses, disk."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote, urlsplit

from sqlalchemy.engine import make_url

from app.doctor.checks import Check, ok, warning, wrong
from app.health import LOW_WATER_BYTES
from app.settings import SHORTEST_SECRET, Settings

LITTLE_ROOM = 1024**3  # bytes
FEWEST_CHARACTERS = 12  # different ones in a secret: 32 random hexadecimal digits have about 14


def settings_checks(settings: Settings) -> Iterator[Check]:
    yield secret_check([one.get_secret_value() for one in settings.secret_key])
    yield address_check(settings)
    if not settings.simulates_whatsapp:
        yield presence_check(
            "WHATSAPP_APP_SECRET",
            bool(settings.whatsapp_app_secret),
            "webhooks cannot be told from forged ones",
        )
        yield presence_check(
            "WHATSAPP_VERIFY_TOKEN",
            bool(settings.whatsapp_verify_token.get_secret_value()),
            "Meta cannot verify the address of the webhook",
        )


def secret_check(secrets: list[str]) -> Check:
    name, advice = "SECRET_KEY", "Make one with `openssl rand -hex 32`"
    if not secrets:
        return ok(name, "not set; bin/dev keeps one of its own")  # only in development: else the start stops
    if any(is_weak(secret) for secret in secrets):
        return wrong(name, "long enough, and easy to guess", advice)
    if len(secrets) > 1:
        return ok(name, f"{len(secrets)} are accepted; drop the old one a week after the change")
    return ok(name, "long, and looks random")


def is_weak(secret: str) -> bool:
    """Whether it is short, or made of few characters or of one piece again and again."""
    is_repeated = secret in (secret + secret)[1:-1]
    return len(secret) < SHORTEST_SECRET or len(set(secret)) < FEWEST_CHARACTERS or is_repeated


def address_check(settings: Settings) -> Check:
    name = "PUBLIC_URL"
    if settings.is_https:
        return ok(name, "https")
    if not settings.public_url:
        says, advice = "not set", "Set the address under which browsers and Meta reach the desk, with https"
    else:
        says = "not https: passwords and messages travel readable"
        advice = "Put the desk behind https and write it so"
    return warning(name, says, advice) if settings.is_production else ok(name, says)


def presence_check(name: str, is_there: bool, without: str) -> Check:
    return ok(name, "set") if is_there else warning(name, "not set", f"Set it: {without}")


def disk_checks(settings: Settings) -> Iterator[Check]:
    """Free room where the database and the media lie, as far as that is here."""
    url = make_url(settings.database_url)
    if url.get_backend_name() == "sqlite" and url.database:
        yield disk_check("disk of the database", Path(url.database))
    if settings.media_url.startswith("file://"):
        yield disk_check("disk of the media", Path(unquote(urlsplit(settings.media_url).path)))


def disk_check(name: str, path: Path) -> Check:
    standing = next(one for one in (path, *path.absolute().parents) if one.exists())
    free = shutil.disk_usage(standing).free
    return room_check(name, free)


def room_check(name: str, free: int) -> Check:
    says = f"{free / 1024**3:.1f} GiB free"
    if free < LOW_WATER_BYTES:
        return wrong(name, says, "Make room: webhooks will be refused")
    return warning(name, says, "Make room soon") if free < LITTLE_ROOM else ok(name, says)
