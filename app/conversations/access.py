"""The one gate: a conversation reaches a door, a stream or Claude through here and no other way."""

from collections.abc import Collection, Sequence

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.models import User
from app.conversations.models import Conversation
from app.errors import Joined, NotFound

LARGEST_ID = 10**18 - 1


def can_see(user: User, conversation_id: int) -> bool:
    """Whether this attendant may see this conversation. For now everybody who is active sees every one."""
    return user.is_active


def strict_id(text: str) -> int:
    """An id from an address: ASCII digits, at most 18; raises NotFound for anything else."""
    if not text.isascii() or not text.isdigit() or len(text) > 18:
        raise NotFound
    return int(text)


async def conversations_for(
    session: AsyncSession, user: User, ids: Collection[int]
) -> Sequence[Conversation]:
    """Those of several that are there and that this user may see, in the order of their ids."""
    seen = [one for one in ids if can_see(user, one)]
    wanted = select(Conversation).where(Conversation.id.in_(seen), Conversation.merged_into_id.is_(None))
    return (await session.scalars(wanted.order_by(Conversation.id))).all()


async def conversation_for(
    session: AsyncSession, user: User, conversation_id: int, *, locked: bool = False
) -> Conversation:
    """The conversation, if it is there and this user may see it; raises NotFound for both alike, and Joined for one
    that has become part of another.

    `locked`: nobody else changes who answers in it until the transaction ends.
    """
    if not can_see(user, conversation_id):
        raise NotFound
    wanted = select(Conversation).where(Conversation.id == conversation_id)
    wanted = wanted.with_for_update(key_share=True) if locked else wanted
    conversation = (await session.scalars(wanted)).one_or_none()
    if conversation is None:
        raise NotFound
    if conversation.merged_into_id is not None:
        raise Joined(conversation.merged_into_id)
    return conversation
