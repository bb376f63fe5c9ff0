"""All that is found for one question, group by group, with what the list shows of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.models import User
from app.contacts.models import Contact, Identity, IdentityKind
from app.contacts.naming import phone_of
from app.conversations import listing
from app.conversations.listing import Row
from app.conversations.models import Author
from app.search import messages, people
from app.search.excerpt import Piece, whole, with_digits
from app.search.messages import Hit
from app.search.question import Question


@dataclass(frozen=True)
class FoundConversation:
    """`address` is what it is known by beside the name, [] where that is nothing."""

    row: Row
    name: Sequence[Piece]
    address: Sequence[Piece]


@dataclass(frozen=True)
class FoundContact:
    """Somebody without a conversation. `phone` "": WhatsApp tells none."""

    contact_id: int
    phone: str
    name: Sequence[Piece]
    address: Sequence[Piece]


@dataclass(frozen=True)
class FoundMessage:
    """`author_name`: the attendant who wrote it, None where it was nobody of ours."""

    hit: Hit
    row: Row
    author_name: str | None


@dataclass(frozen=True)
class Results:
    """`older`: before which message the next page begins. `more_conversations`: there are more than these."""

    question: Question
    conversations: Sequence[FoundConversation] = ()
    contacts: Sequence[FoundContact] = ()
    messages: Sequence[FoundMessage] = ()
    older: int | None = None
    more_conversations: bool = False

    @property
    def count(self) -> int:
        return len(self.conversations) + len(self.contacts) + len(self.messages)


async def results(
    session: AsyncSession, reader: User, question: Question, zone: ZoneInfo, before: int | None = None
) -> Results:
    """`before`: only the further messages, from this id on."""
    found = await messages.find(session, reader, question, zone, before=before)
    written = await with_names(session, found.hits)
    if question.narrows or before is not None:
        return Results(question, messages=written, older=found.older)
    who = await people.find(session, reader, question.text)
    rows = await listing.rows_by_id(session, who.conversation_ids)
    return Results(
        question,
        conversations=[conversation_of(rows[one], question) for one in who.conversation_ids if one in rows],
        contacts=await contacts_of(session, who.contact_ids, question),
        messages=written,
        older=found.older,
        more_conversations=who.has_more,
    )


def conversation_of(row: Row, question: Question) -> FoundConversation:
    return FoundConversation(
        row, whole(row.name, question.words), address_of(row.known_by, question) if row.known_by else []
    )


def address_of(address: str, question: Question) -> list[Piece]:
    digits = people.digits_in(question.text)
    return with_digits(address, digits) if digits else whole(address, question.words)


async def contacts_of(
    session: AsyncSession, contact_ids: Sequence[int], question: Question
) -> list[FoundContact]:
    known = select(Identity.contact_id, Identity.value).where(
        Identity.contact_id.in_(contact_ids),
        Identity.kind == IdentityKind.WA_ID,
        Identity.superseded_at.is_(None),
    )
    numbers = {contact_id: wa_id for contact_id, wa_id in await session.execute(known)}
    contacts = {
        one.id: one for one in await session.scalars(select(Contact).where(Contact.id.in_(contact_ids)))
    }
    return [contact_of(contacts[one], numbers.get(one, ""), question) for one in contact_ids]


def contact_of(contact: Contact, wa_id: str, question: Question) -> FoundContact:
    phone = phone_of(wa_id) if wa_id else ""
    name = contact.book_name or contact.name or phone
    address = address_of(phone, question) if phone and phone != name else []
    return FoundContact(contact.id, f"+{wa_id}" if wa_id else "", whole(name, question.words), address)


async def with_names(session: AsyncSession, hits: Sequence[Hit]) -> list[FoundMessage]:
    """Each with its conversation as the list knows it, and the attendant who wrote it."""
    rows = await listing.rows_by_id(session, sorted({hit.message.conversation_id for hit in hits}))
    writers = {hit.message.user_id for hit in hits if hit.message.author == Author.USER}
    named = select(User.id, User.name).where(User.id.in_(writers))
    names = {user_id: name for user_id, name in await session.execute(named)} if writers else {}
    return [
        FoundMessage(hit, rows[hit.message.conversation_id], names.get(hit.message.user_id or 0))
        for hit in hits
        if hit.message.conversation_id in rows
    ]
