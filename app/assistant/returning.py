"""Claude helps out where people leave a customer without an answer for longer than the owner allows."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import exists, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from app import clock, jobs
from app.assistant.desk import Desk
from app.assistant.waiting import locked, unanswered
from app.conversations import desk_notices, handoff, service_window
from app.conversations.desk_notices import Happening
from app.conversations.handoff import ModeReason
from app.conversations.handoff_models import ModeChange
from app.conversations.models import Author, Conversation, Message, Mode
from app.db import reading, transaction
from app.installation import installation
from app.jobs import Claim
from app.whatsapp.models import Number

RETURN, KEY = "return_to_claude", "all"
EVERY = timedelta(minutes=5)


async def begin(session: AsyncSession) -> None:
    """At the start of the program: the job is there, and if it was, its time stays."""
    await jobs.ask_once(session, RETURN, KEY, run_at=clock.now() + EVERY)


async def return_unanswered(claim: Claim, desk: Desk) -> None:
    """Works off the job of that kind and asks for the next one."""
    async with reading() as session:
        waited = timedelta(hours=(await installation(session)).returns_after_hours)
        found = await perhaps_left_alone(session) if waited else []
    for conversation_id in found:
        async with transaction() as session:
            conversation = await locked(session, conversation_id)
            if conversation is not None and await is_left_alone(session, conversation, waited, desk):
                await help_out(session, conversation, waited, desk)
    async with transaction() as session:
        await jobs.enqueue(session, RETURN, KEY, run_at=clock.now() + EVERY)
        await jobs.finish(session, claim)


async def perhaps_left_alone(session: AsyncSession) -> Sequence[int]:
    """Where people answer and none has since the customer last wrote, in a window that is open."""
    now = clock.now()
    answered = exists().where(
        Message.conversation_id == Conversation.id,
        Message.position > Conversation.last_inbound_position,
        Message.author.in_((Author.USER, Author.PHONE)),
    )
    asked = select(Conversation.id).where(
        ~answered,
        Conversation.mode == Mode.PERSON,
        Conversation.last_activity_at > now - service_window.LENGTH,
        Conversation.window_until > now,
        Conversation.last_inbound_position > func.coalesce(Conversation.resolved_position, 0),
    )
    return (await session.scalars(asked.order_by(Conversation.id))).all()


async def is_left_alone(
    session: AsyncSession, conversation: Conversation, waited: timedelta, desk: Desk
) -> bool:
    """Looked at under the conversation's lock. Once for each question: what comes to people again stays theirs."""
    now = clock.now()
    if conversation.mode != Mode.PERSON or conversation.blocked_at is not None:
        return False
    number = await session.get_one(Number, conversation.number_id)
    can_answer = desk.settings.claude_answers and not number.is_receive_only
    if not can_answer or not service_window.of(conversation).is_open:
        return False
    waiting = await unanswered(session, conversation.id, now, returned_at=now)
    if waiting is None:
        return False
    changes = select(func.max(ModeChange.at)).where(ModeChange.conversation_id == conversation.id)
    changed: datetime | None = (await session.execute(changes)).scalar_one()
    helped = changes.where(ModeChange.reason == ModeReason.UNANSWERED)
    last: datetime | None = (await session.execute(helped)).scalar_one()
    has_helped = last is not None and last >= waiting.oldest_at
    return not has_helped and now - max(waiting.oldest_at, changed or waiting.oldest_at) >= waited


async def help_out(session: AsyncSession, conversation: Conversation, waited: timedelta, desk: Desk) -> None:
    await handoff.apply(session, conversation, handoff.CLAUDES, ModeReason.UNANSWERED, None)
    minutes = round(waited.total_seconds() / 60)
    await desk_notices.note(session, conversation, Happening.CLAUDE_HELPS_OUT, minutes=minutes)
    await handoff.ask_for_open(session, conversation, desk.settings.claude_wait_seconds)
