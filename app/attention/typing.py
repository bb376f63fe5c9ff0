"""The customer sees "typing…" while an attendant writes: at most once in 20 seconds, since WhatsApp shows it for 25."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession

from app import clock, jobs
from app.attention.models import TypingShown
from app.conversations import service_window
from app.conversations.models import Conversation
from app.whatsapp.models import MarksRead, Number

SHOW_TYPING = "show_typing"  # the job that tells WhatsApp; key: the conversation
AGAIN_AFTER = timedelta(seconds=20)
LASTS = timedelta(seconds=25)  # who comes later than that to the job shows nothing any more


async def show(session: AsyncSession, conversation: Conversation) -> None:
    """Somebody writes here. Nothing is shown at a number that never marks as read, for WhatsApp does both at once."""
    policy = select(Number.id).where(
        Number.id == conversation.number_id,
        Number.marks_read != MarksRead.NEVER,
        Number.is_receive_only.is_(False),
    )
    takes_messages = conversation.blocked_at is None and service_window.of(conversation).is_open
    if not takes_messages or (await session.execute(policy)).first() is None:
        return
    now = clock.now()
    if await is_our_turn(session, conversation.id, now):
        key, payload = str(conversation.id), {"at": now.isoformat()}
        await jobs.enqueue(session, SHOW_TYPING, key, run_at=now, payload=payload)


async def is_our_turn(session: AsyncSession, conversation_id: int, now: datetime) -> bool:
    """Whether it was last shown long enough ago; then it counts as shown now. One statement, so one of many wins."""
    dialect: Any = sqlite if session.get_bind().dialect.name == "sqlite" else postgresql
    put = dialect.insert(TypingShown).values(conversation_id=conversation_id, shown_at=now)
    put = put.on_conflict_do_update(
        index_elements=["conversation_id"],
        set_={"shown_at": now},
        where=TypingShown.shown_at <= now - AGAIN_AFTER,
    )
    return (await session.execute(put.returning(TypingShown.conversation_id))).first() is not None


def is_still_seen(payload: dict[str, Any]) -> bool:
    """Whether what this job asks for is still true."""
    return clock.now() - datetime.fromisoformat(payload["at"]) < LASTS
