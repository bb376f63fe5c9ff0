"""Who the customer is, as the channel tells it: the placeholders that no model fills in."""

from collections.abc import Mapping

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.contacts.models import Identity, IdentityKind

NAMES = {IdentityKind.WA_ID: "phone", IdentityKind.BSUID: "bsuid"}


async def customer_of(session: AsyncSession, contact_id: int) -> Mapping[str, str]:
    """What is known of `contact_id`, `phone` (digits, as WhatsApp writes them) and `bsuid`."""
    current = select(Identity.kind, Identity.value).where(
        Identity.contact_id == contact_id,
        Identity.superseded_at.is_(None),
        Identity.kind.in_([str(kind) for kind in NAMES]),
    )
    found = (await session.execute(current.order_by(Identity.id))).all()
    return {"contact_id": str(contact_id)} | {NAMES[IdentityKind(kind)]: value for kind, value in found}
