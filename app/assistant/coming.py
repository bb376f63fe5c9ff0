"""Whether an answer waits a little for what is still on its way: a file that is being fetched, a voice message's words."""

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app import clock
from app.assistant.voice import Voice, waiting_voices
from app.assistant.waiting import Waiting, speaks
from app.conversations.models import Message
from app.media.models import Media, MediaState

LONGEST_FETCH = timedelta(seconds=20)  # after the message came; then the answer goes without
TRIES = 2  # to fetch it; what fails twice is not here soon
LOOKED_FOR = ("image", "sticker", "document")
BETWEEN_LOOKS = timedelta(seconds=1)


async def look_again_at(
    session: AsyncSession, conversation_id: int, waiting: Waiting, *, hears: bool = False
) -> datetime | None:
    """When to ask again because something that waits for an answer is not here yet; None when nothing is waited for."""
    voices = await waiting_voices(session, conversation_id, waiting, hears=hears)
    is_coming = Voice.COMING in voices or await brings_file(session, conversation_id, waiting)
    return clock.now() + BETWEEN_LOOKS if is_coming else None


async def brings_file(session: AsyncSession, conversation_id: int, waiting: Waiting) -> bool:
    """Whether a file that Claude could see is being fetched."""
    coming = (
        select(Media.id)
        .join(Message, Message.id == Media.message_id)
        .where(
            *speaks(conversation_id),
            Message.position > waiting.answered_up_to,
            Message.type.in_(LOOKED_FOR),
            Message.stored_at > clock.now() - LONGEST_FETCH,
            Media.state == MediaState.WAITING,
            Media.tries <= TRIES,
        )
        .limit(1)
    )
    return (await session.execute(coming)).first() is not None
