"""What an attendant may choose from in one conversation, each with its variables filled in."""

from collections.abc import Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app import clock
from app.accounts.models import User
from app.contacts.models import Contact
from app.conversations.models import Conversation
from app.quick_replies import managing
from app.quick_replies.filling import Situation, filled
from app.quick_replies.models import QuickReply


@dataclass(frozen=True)
class Choice:
    """`words`: what would be said here and now."""

    reply: QuickReply
    words: str


async def choices(
    session: AsyncSession, conversation: Conversation, by: User, zone: ZoneInfo
) -> Sequence[Choice]:
    """All of them, those that are used most first."""
    here = await situation(session, conversation, by, zone)
    return [Choice(reply, filled(reply.text, here)) for reply in await managing.all_of_them(session)]


async def choice(
    session: AsyncSession, conversation: Conversation, by: User, zone: ZoneInfo, reply_id: int
) -> Choice:
    """Raises NotFound."""
    reply = await managing.of_id(session, reply_id)
    return Choice(reply, filled(reply.text, await situation(session, conversation, by, zone)))


async def situation(session: AsyncSession, conversation: Conversation, by: User, zone: ZoneInfo) -> Situation:
    contact = (await session.scalars(select(Contact).where(Contact.id == conversation.contact_id))).one()
    return Situation(contact.book_name or contact.name or "", by.name, zone, clock.now())
