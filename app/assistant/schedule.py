"""When Claude answers: once the customer has been quiet for a while."""

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app import clock, jobs
from app.conversations.models import Message
from app.db import after_commit
from app.jobs import Job
from app.live.bell import Bell

ANSWER = "answer"
wanted = Bell()  # rings while a customer's quiet time runs: enough to load what an answer needs
LONGEST_WAIT_FACTOR = 5  # somebody who never stops typing still gets an answer
MEDIA = {"image", "video", "audio", "voice", "document", "sticker"}


async def ask_for_answer(
    session: AsyncSession, conversation_id: int, message: Message, wait_seconds: float
) -> None:
    """Have Claude answer after `wait_seconds` of quiet (twice that after media); each new message begins the wait anew."""
    now = clock.now()
    began_at = await waiting_since(session, conversation_id) or now
    wait = timedelta(seconds=wait_seconds * (2 if message.type in MEDIA else 1))
    run_at = min(now + wait, began_at + LONGEST_WAIT_FACTOR * timedelta(seconds=wait_seconds))
    payload = {"waiting_since": began_at.isoformat()}
    await jobs.enqueue(session, ANSWER, str(conversation_id), run_at=max(run_at, now), payload=payload)
    after_commit(session, "claude", wanted.ring)


async def waiting_since(session: AsyncSession, conversation_id: int) -> datetime | None:
    """Since when an answer that nobody has begun is asked for; None when none is."""
    asked = select(Job.payload).where(
        Job.kind == ANSWER, Job.key == str(conversation_id), Job.lease_token.is_(None)
    )
    payload = (await session.execute(asked)).scalar_one_or_none()
    return datetime.fromisoformat(payload["waiting_since"]) if payload else None
