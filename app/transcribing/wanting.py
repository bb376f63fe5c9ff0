"""A voice message that is to be written down: asked for in the transaction that says what its file is."""

from datetime import datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from app import clock, jobs
from app.conversations.models import Direction, Message
from app.db import insert_if_new
from app.errors import NotFound
from app.live.events import Change, EventKind, announce
from app.transcribing.models import HEARD, Failure, Transcript, TranscriptState

TRANSCRIBE = "transcribe"  # the job; key: the message's id
MOST_SECONDS = 600.0  # what is longer is for a person's ears


async def want(session: AsyncSession, message_id: int, duration_seconds: float) -> None:
    """Have this message written down, if it is a customer's own voice and new. Asking again changes nothing.

    What the phone app's past brought stays as it is: its positions are below zero.
    """
    theirs = select(Message.id).where(
        Message.id == message_id,
        Message.direction == Direction.IN,
        Message.type.in_(HEARD),
        Message.position > 0,
        Message.revoked_at.is_(None),
    )
    if (await session.execute(theirs)).first() is None:
        return
    values = values_of(message_id, duration_seconds, clock.now())
    made = await insert_if_new(session, Transcript, values, unique=["message_id"])
    if made is not None and values["state"] == TranscriptState.WAITING:
        await jobs.enqueue(session, TRANSCRIBE, str(message_id), run_at=clock.now())


def values_of(message_id: int, duration_seconds: float, now: datetime) -> dict[str, Any]:
    is_too_long = duration_seconds > MOST_SECONDS
    return {
        "message_id": message_id,
        "state": TranscriptState.FAILED if is_too_long else TranscriptState.WAITING,
        "text": "",
        "failure": Failure.TOO_LONG if is_too_long else None,
        "tries": 0,
        "asked_at": now,
        "ended_at": now if is_too_long else None,
    }


async def want_again(session: AsyncSession, conversation_id: int, message_id: int) -> None:
    """An attendant asks once more for what was given up; of what waits, is done or is too long nothing changes.

    Raises NotFound when this conversation has no such message.
    """
    theirs = select(Message.id).where(Message.id == message_id, Message.conversation_id == conversation_id)
    if (await session.execute(theirs)).first() is None:
        raise NotFound
    given_up = update(Transcript).where(
        Transcript.message_id == message_id,
        Transcript.state == TranscriptState.FAILED,
        Transcript.failure != Failure.TOO_LONG,
    )
    now = clock.now()
    anew = {"state": TranscriptState.WAITING, "failure": None, "tries": 0, "asked_at": now, "ended_at": None}
    if (await session.execute(given_up.values(anew).returning(Transcript.message_id))).first() is not None:
        await jobs.enqueue(session, TRANSCRIBE, str(message_id), run_at=now)
        announce(session, Change(EventKind.MESSAGE_CHANGED, conversation_id, message_id))
