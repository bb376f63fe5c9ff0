"""The one gate: a conversation reaches a door, a stream or Claude through here and no other way."""

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.models import User
from app.conversations.models import Conversation
from app.errors import NotFound

LARGEST_ID = 10**18 - 1


def can_see(user: User, conversation_id: int) -> bool:
    """Whether this attendant may see this conversation. For now everybody who is active sees every one."""
    return user.is_active


def strict_id(text: str) -> int:
    """An id from an address: ASCII digits, at most 18; raises NotFound for anything else."""
    if not text.isascii() or not text.isdigit() or len(text) > 18:
        raise NotFound
    return int(text)


async def conversation_for(session: AsyncSession, user: User, conversation_id: int) -> Conversation:
    """The conversation, if it is there and this user may see it; raises NotFound for both alike."""
    if not can_see(user, conversation_id):
        raise NotFound
    found = await session.scalars(select(Conversation).where(Conversation.id == conversation_id))
    conversation = found.one_or_none()
    if conversation is None:
        raise NotFound
    return conversation
