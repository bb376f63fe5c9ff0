"""Everything that is known of who a contact is, for people to look at."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.models import User
from app.contacts import duplicates
from app.contacts.duplicates import Suspicion
from app.contacts.models import Contact, ContactMerge, Identity, IdentityKind
from app.contacts.naming import phone_of
from app.conversations.models import Conversation
from app.whatsapp.models import Number


@dataclass(frozen=True)
class Merged:
    """A merge into this contact; `by_name` None: WhatsApp proved it. Of those that stand only the newest may be undone."""

    merge: ContactMerge
    vanished: Contact
    by_name: str | None
    may_be_undone: bool


@dataclass(frozen=True)
class Card:
    contact: Contact
    identities: Sequence[Identity]
    conversations: Sequence[tuple[int, str]]  # id, and the number of ours it is at
    suspicions: Sequence[Suspicion]
    merges: Sequence[Merged]

    @property
    def wa_id(self) -> str:
        """The number that they write from, "" where WhatsApp tells none."""
        known = (one for one in self.identities if one.kind == IdentityKind.WA_ID and not one.superseded_at)
        return next((one.value for one in known), "")

    @property
    def name(self) -> str:
        numbers = [phone_of(one.value) for one in self.identities if one.kind == IdentityKind.WA_ID]
        return self.contact.book_name or self.contact.name or next(iter(numbers), "")


async def of(session: AsyncSession, contact_id: int) -> Card | None:
    """The card of a contact, the newest first in each list; None when there is none."""
    contact = await session.get(Contact, contact_id)
    if contact is None:
        return None
    known = select(Identity).where(Identity.contact_id == contact_id).order_by(Identity.id.desc())
    talks = (
        select(Conversation.id, Number.display_phone_number)
        .join(Number, Number.id == Conversation.number_id)
        .where(Conversation.contact_id == contact_id, Conversation.merged_into_id.is_(None))
        .order_by(Conversation.last_activity_at.desc())
    )
    merges = (
        select(ContactMerge, Contact, User.name)
        .join(Contact, Contact.id == ContactMerge.vanished_id)
        .outerjoin(User, User.id == ContactMerge.by_id)
        .where(ContactMerge.survivor_id == contact_id)
        .order_by(ContactMerge.id.desc())
    )
    found = (await session.execute(merges)).all()
    newest = next((merge.id for merge, _, _ in found if merge.undone_at is None), None)
    return Card(
        contact,
        (await session.scalars(known)).all(),
        [(conversation, number) for conversation, number in await session.execute(talks)],
        await duplicates.suspicions(session, contact_id),
        [Merged(merge, vanished, name, merge.id == newest) for merge, vanished, name in found],
    )
