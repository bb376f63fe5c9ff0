"""The phone number that a customer without one gives us when asked for it."""

from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncSession

from app import clock
from app.contacts import duplicates, identities
from app.contacts.models import DuplicateReason, IdentityKind
from app.whatsapp.items import InboundMessage
from app.whatsapp.lenient import objects_at, text_at
from app.whatsapp.user_ids import UserIdKind, kind_of

GIVEN = "contact_request"  # by the button; any other card may be anybody's


async def note(session: AsyncSession, written: Sequence[tuple[InboundMessage, int]]) -> None:
    """Keep the numbers that customers gave by that button. One that another contact has: people decide who is who."""
    for item, contact_id in written:
        for wa_id in numbers_in(item) if item.type == "contacts" else ():
            known = (IdentityKind.WA_ID, wa_id)
            if await identities.find(session, [known]) is None:
                await identities.learn(session, contact_id, [known], clock.now())
                await identities.announce_contact(session, contact_id)
            else:
                reason = DuplicateReason.SHARED_CONTACT
                await duplicates.suspect_numbers(session, contact_id, [wa_id], reason)


def numbers_in(item: InboundMessage) -> list[str]:
    cards = [card for card in objects_at(item.content, "contacts") if text_at(card, "origin") == GIVEN]
    ids = (text_at(phone, "wa_id") for card in cards for phone in objects_at(card, "phones"))
    return [one.removeprefix("+") for one in ids if kind_of(one) is UserIdKind.WA_ID]
