"""How WhatsApp spells an addressee, learnt from its answer to a send."""

from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app import clock
from app.contacts import duplicates, identities
from app.contacts.models import DuplicateReason, IdentityKind
from app.conversations.models import Conversation
from app.outbox.models import Delivery


async def note(session: AsyncSession, delivery_id: int, payload: dict[str, Any], wa_id: str | None) -> None:
    """Brazil's and Mexico's numbers have two spellings, and the answer may name the one that webhooks will use. When
    another contact has that one, people are asked."""
    asked = str(payload.get("to", "")).removeprefix("+")
    if not asked or not wa_id or wa_id == asked or not wa_id.isascii() or not wa_id.isdigit():
        return
    theirs = select(Conversation.contact_id).join(Delivery, Delivery.conversation_id == Conversation.id)
    contact_id = (await session.execute(theirs.where(Delivery.id == delivery_id))).scalar_one()
    known = (IdentityKind.WA_ID, wa_id)
    holder = await identities.find(session, [known])
    if holder is None:
        await identities.learn(session, contact_id, [known], clock.now())
        await identities.announce_contact(session, contact_id)
    else:
        await duplicates.suspect(session, contact_id, holder, DuplicateReason.SAME_NUMBER)
