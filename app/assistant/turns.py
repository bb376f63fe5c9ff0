"""The life of a turn: begun, growing, ended. Whoever ends it first wins; everything else finds it over."""

from collections.abc import Sequence
from dataclasses import asdict

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from app import clock
from app.assistant.citing import Quote
from app.assistant.models import Turn, TurnState
from app.assistant.tools.toolbox import Step
from app.db import transaction
from app.live.events import Change, EventKind, announce

LOST = "lost"  # its process died; nothing was sent, for sending and ending are one transaction


async def begin(session: AsyncSession, conversation_id: int, answers_position: int, model: str) -> Turn:
    """A new turn. The caller holds the conversation's lock and has ended the one before."""
    turn = Turn(
        conversation_id=conversation_id,
        state=TurnState.RUNNING,
        answers_position=answers_position,
        model=model[:80],
        started_at=clock.now(),
    )
    session.add(turn)
    await session.flush()
    announce(session, Change(EventKind.DRAFT_CHANGED, conversation_id))
    return turn


async def end_lost(session: AsyncSession, conversation_id: int) -> None:
    """End what a dead worker left running. The caller holds the conversation's lock."""
    running = update(Turn).where(Turn.conversation_id == conversation_id, Turn.state == TurnState.RUNNING)
    lost = running.values(state=TurnState.FAILED, failure=LOST, draft="", ended_at=clock.now())
    if (await session.execute(lost.returning(Turn.id))).all():
        announce(session, Change(EventKind.DRAFT_CHANGED, conversation_id))


async def grow(turn_id: int, text: str) -> bool:
    """Show what Claude has written so far; False when the turn is over."""
    async with transaction() as session:
        running = update(Turn).where(Turn.id == turn_id, Turn.state == TurnState.RUNNING)
        grown = await session.execute(running.values(draft=text).returning(Turn.conversation_id))
        conversation_id = grown.scalar_one_or_none()
        if conversation_id is not None:
            announce(session, Change(EventKind.DRAFT_CHANGED, conversation_id, turn_id))
        return conversation_id is not None


async def hold(session: AsyncSession, turn_id: int) -> bool:
    """Keep anybody else from ending the turn until this transaction is over; False when it already was.

    Taken after the conversation's lock, in the order in which an answer or a take-over takes them.
    """
    running = select(Turn.id).where(Turn.id == turn_id, Turn.state == TurnState.RUNNING)
    return (await session.execute(running.with_for_update(key_share=True))).first() is not None


async def end(session: AsyncSession, turn_id: int, state: TurnState, *, failure: str | None = None) -> bool:
    """End a running turn and take its draft from the screens; whether it was still running."""
    running = update(Turn).where(Turn.id == turn_id, Turn.state == TurnState.RUNNING)
    ended = running.values(state=state, failure=failure, draft="", ended_at=clock.now())
    conversation_id = (await session.execute(ended.returning(Turn.conversation_id))).scalar_one_or_none()
    if conversation_id is None:
        return False
    announce(session, Change(EventKind.DRAFT_CHANGED, conversation_id))
    return True


async def note_attempts(session: AsyncSession, turn_id: int, attempts: int) -> None:
    """Write down how often a turn was tried, however it ended."""
    await session.execute(update(Turn).where(Turn.id == turn_id).values(attempts=attempts))


async def keep_steps(
    session: AsyncSession, turn_id: int, steps: Sequence[Step], quotes: Sequence[Quote]
) -> None:
    """Write down which tools the turn has used, however it ended, and what of the knowledge its answer quotes."""
    if steps or quotes:
        kept = {"tools": [step.as_json() for step in steps], "quotes": [asdict(one) for one in quotes]}
        await session.execute(update(Turn).where(Turn.id == turn_id).values(steps=kept))


async def is_running(session: AsyncSession, turn_id: int) -> bool:
    running = select(Turn.id).where(Turn.id == turn_id, Turn.state == TurnState.RUNNING)
    return (await session.execute(running)).first() is not None
