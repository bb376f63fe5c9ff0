"""What the business itself calls a contact, in the phone book of its phone app or when it wrote first. It wins over the
profile's name, as on that phone."""

from datetime import datetime

from sqlalchemy import or_, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.contacts import identities
from app.contacts.identities import Named
from app.contacts.models import Contact
from app.whatsapp.items import BookEntry


async def enter(session: AsyncSession, entry: BookEntry, now: datetime) -> None:
    """Keep the name, also of somebody who has not written yet; without one the profile's shows again. What was entered
    before the name that we have changes nothing."""
    person = Named(entry.person, now, entry.at)
    [contact_id] = await identities.resolve(session, [person])
    await call(session, contact_id, entry.name, person.since)


async def call(session: AsyncSession, contact_id: int, name: str, since: datetime) -> None:
    """The business calls this contact so; "": no longer by a name of its own."""
    is_newer = or_(Contact.book_name_at.is_(None), Contact.book_name_at <= since)
    named = update(Contact).where(Contact.id == contact_id, is_newer)
    values = {"book_name": name[: identities.LONGEST_NAME] or None, "book_name_at": since}
    if (await session.execute(named.values(values).returning(Contact.id))).first() is not None:
        await identities.announce_contact(session, contact_id)
