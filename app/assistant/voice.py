"""Voice messages that wait for an answer: which of them Claude can read, which may still be written down, which need ears."""

from datetime import datetime, timedelta
from enum import Enum, auto

from sqlalchemy import Row, select
from sqlalchemy.ext.asyncio import AsyncSession

from app import clock
from app.assistant.waiting import Waiting, speaks
from app.conversations.models import Message
from app.media.models import Media, MediaState
from app.transcribing.models import HEARD, Transcript, TranscriptState

LONGEST_HEARING = timedelta(seconds=90)  # after the message came; then a person listens


class Voice(Enum):
    READ = auto()  # its words are there
    COMING = auto()
    UNHEARD = auto()


async def waiting_voices(
    session: AsyncSession, conversation_id: int, waiting: Waiting, *, hears: bool
) -> set[Voice]:
    """Of what waits. `hears`: whether there is somebody who writes down what is said."""
    told = (
        select(
            *(Message.stored_at, Media.state.label("file"), Media.looked_at),
            *(Transcript.state.label("state"), Transcript.text.label("words")),
        )
        .outerjoin(Media, Media.message_id == Message.id)
        .outerjoin(Transcript, Transcript.message_id == Message.id)
        .where(*speaks(conversation_id), Message.position > waiting.answered_up_to, Message.type.in_(HEARD))
    )
    now = clock.now()
    return {voice_of(row, now, hears=hears) for row in await session.execute(told)}


def voice_of(row: Row[datetime, str, datetime | None, str, str], now: datetime, *, hears: bool) -> Voice:
    if row.words:
        return Voice.READ
    is_waited_for = hears and row.stored_at > now - LONGEST_HEARING
    return Voice.COMING if is_waited_for and is_on_its_way(row) else Voice.UNHEARD


def is_on_its_way(row: Row[datetime, str, datetime | None, str, str]) -> bool:
    """Fetched, looked into, written down: one after the other."""
    if row.file == MediaState.WAITING or (row.file == MediaState.THERE and row.looked_at is None):
        return True
    return bool(row.state == TranscriptState.WAITING)
