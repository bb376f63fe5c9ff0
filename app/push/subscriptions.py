"""Which browsers may be called, and where: an address that a browser names is asked only where it is a push service's."""

import base64
import binascii
from collections.abc import Sequence
from urllib.parse import urlsplit

from cryptography.hazmat.primitives.asymmetric import ec
from sqlalchemy import delete, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from app import clock
from app.errors import Invalid
from app.i18n import N_
from app.media.guard import WrongAddress, own_origin, parsed
from app.push.models import LONGEST_ENDPOINT, PushSubscription

# Of Chrome, Edge, Firefox and Safari. Whatever else a browser may name could be a machine in our own network.
SERVICES = ("fcm.googleapis.com", "notify.windows.com", "push.services.mozilla.com", "push.apple.com")


async def subscribe(
    session: AsyncSession, sign_in_id: int, *, endpoint: str, p256dh: str, auth: str, further: Sequence[str]
) -> None:
    """This browser, and whoever is signed in there, may be called from now on. `further`: push services that the
    operator trusts beside the known ones, by their origins. Raises Invalid with the field."""
    check(endpoint, further)
    if not is_point(p256dh):
        raise Invalid(N_("This is no key of a browser."), field="p256dh")
    if len(decoded(auth)) != 16:
        raise Invalid(N_("This is no key of a browser."), field="auth")
    same = or_(PushSubscription.sign_in_id == sign_in_id, PushSubscription.endpoint == endpoint)
    found = (await session.scalars(select(PushSubscription).where(same))).all()
    if any(
        (one.sign_in_id, one.endpoint, one.p256dh, one.auth) == (sign_in_id, endpoint, p256dh, auth)
        for one in found
    ):
        return
    await session.execute(delete(PushSubscription).where(same))
    session.add(
        PushSubscription(
            sign_in_id=sign_in_id, endpoint=endpoint, p256dh=p256dh, auth=auth, created_at=clock.now()
        )
    )


def check(endpoint: str, further: Sequence[str]) -> None:
    """Raises Invalid for an address that is no push service's."""
    try:
        address = parsed(endpoint)
    except WrongAddress:
        raise Invalid(N_("This is no address of a push service."), field="endpoint") from None
    is_known = (address.scheme, address.port) == ("https", 443) and any(
        address.host == host or address.host.endswith(f".{host}") for host in SERVICES
    )
    is_trusted = address.origin in [own_origin(origin) for origin in further]
    if len(endpoint) > LONGEST_ENDPOINT or not (is_known or is_trusted):
        raise Invalid(N_("This is no address of a push service."), field="endpoint")


def origin_of(endpoint: str) -> str:
    parts = urlsplit(endpoint)
    return f"{parts.scheme}://{parts.netloc}"


def decoded(text: str) -> bytes:
    """URL-safe base64 without its padding; b"" for what is none."""
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        return b""


def is_point(p256dh: str) -> bool:
    try:
        ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), decoded(p256dh))
    except ValueError:
        return False
    return len(p256dh) <= 88
