"""What a contact is called on screen."""

from collections.abc import Iterable, Sequence
from functools import lru_cache

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.contacts.models import Contact, Identity, IdentityKind


@lru_cache(maxsize=4096)
def phone_of(wa_id: str) -> str:
    """A wa_id as a phone number is written; Meta's ids are not always valid numbers, then the digits with a plus."""
    import phonenumbers

    try:
        parsed = phonenumbers.parse(f"+{wa_id}")
        return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.INTERNATIONAL)
    except phonenumbers.NumberParseException:
        return f"+{wa_id}"


def address_of(identities: Sequence[tuple[str, str]], username: str | None) -> str:
    """The line under the name: the phone, else the username, else the business-scoped id."""
    by_kind = dict(identities)
    if IdentityKind.WA_ID in by_kind:
        return phone_of(by_kind[IdentityKind.WA_ID])
    if username:
        return f"@{username.lstrip('@')}"
    return by_kind.get(IdentityKind.BSUID) or by_kind.get(IdentityKind.PARENT_BSUID) or ""


async def addresses(session: AsyncSession, contacts: Iterable[Contact]) -> dict[int, str]:
    """The address line of each contact, by contact id."""
    people = {contact.id: contact for contact in contacts}
    held: dict[int, list[tuple[str, str]]] = {contact_id: [] for contact_id in people}
    known = select(Identity.contact_id, Identity.kind, Identity.value).where(
        Identity.contact_id.in_(people), Identity.superseded_at.is_(None)
    )
    for contact_id, kind, value in await session.execute(known.order_by(Identity.id)):
        held[contact_id].append((kind, value))
    return {contact_id: address_of(held[contact_id], people[contact_id].username) for contact_id in people}
