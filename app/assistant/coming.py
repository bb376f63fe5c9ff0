"""Whether an answer waits a little for what is still on its way: a file that is being fetched."""

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app import clock
from app.assistant.waiting import Waiting, speaks
from app.conversations.models import Message
from app.media.models import Media, MediaState

LONGEST_FETCH = timedelta(seconds=20)  # after the message came; then the answer goes without
LOOKED_FOR = ("image", "sticker", "document")
BETWEEN_LOOKS = timedelta(seconds=1)


async def look_again_at(session: AsyncSession, conversation_id: int, waiting: Waiting) -> datetime | None:
    """When to ask again because a file that waits for an answer is not here yet; None when nothing is waited for."""
    now = clock.now()
    coming = (
        select(Media.id)
        .join(Message, Message.id == Media.message_id)
        .where(
            *speaks(conversation_id),
            Message.position > waiting.answered_up_to,
            Message.type.in_(LOOKED_FOR),
            Message.stored_at > now - LONGEST_FETCH,
            Media.state == MediaState.WAITING,
        )
        .limit(1)
    )
    return now + BETWEEN_LOOKS if (await session.execute(coming)).first() else None
