"""What attendants see of Claude's help above the text box of a conversation: the newest that is not laid aside."""

from dataclasses import dataclass

from sqlalchemy import exists, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.assistant.history import SAYS_NOTHING
from app.consulting.models import Consultation, Wish
from app.conversations.models import Message

ABOUT_THE_THREAD = {Wish.SUGGEST, Wish.UNDERSTAND, Wish.SUMMARISE}


@dataclass(frozen=True)
class Shown:
    """`is_outdated`: more was said in the conversation since Claude read it, and that matters here."""

    consultation: Consultation
    is_outdated: bool


async def shown_in(session: AsyncSession, conversation_id: int) -> dict[int, Shown]:
    """By attendant."""
    more = exists().where(
        Message.conversation_id == conversation_id,
        Message.position > Consultation.read_up_to,
        Message.type.not_in(SAYS_NOTHING),
        Message.revoked_at.is_(None),
    )
    open_ones = select(Consultation, more).where(
        Consultation.conversation_id == conversation_id, Consultation.closed_at.is_(None)
    )
    found = await session.execute(open_ones.order_by(Consultation.id))
    return {one.user_id: Shown(one, is_more and one.wish in ABOUT_THE_THREAD) for one, is_more in found}
