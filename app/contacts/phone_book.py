"""What the business itself calls a contact, in the phone book of its phone app. It wins over the profile's name, as on
that phone."""

from datetime import datetime

from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession

from app.contacts import identities
from app.contacts.identities import Named
from app.contacts.models import Contact
from app.whatsapp.items import BookEntry


async def enter(session: AsyncSession, entry: BookEntry, now: datetime) -> None:
    """Keep the name, also of somebody who has not written yet; without one the profile's shows again."""
    [contact_id] = await identities.resolve(session, [Named(entry.person, now)])
    name = entry.name[: identities.LONGEST_NAME] or None
    await session.execute(update(Contact).where(Contact.id == contact_id).values(book_name=name))
    await identities.announce_contact(session, contact_id)
