"""A turn under way, and whether it may go on."""

from dataclasses import dataclass
from enum import Enum, auto

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.assistant import turns
from app.assistant.waiting import Waiting, newest_position
from app.conversations.models import Conversation, Mode
from app.db import reading
from app.whatsapp.models import Number


@dataclass(frozen=True)
class Run:
    """A turn under way: whom it answers, and up to where."""

    turn_id: int
    conversation_id: int
    waiting: Waiting
    number: Number


class Verdict(Enum):
    """Why a turn may not go on."""

    STOPPED = auto()  # a person stopped it, answered or took over
    NEWER = auto()  # the customer wrote more
    LOST = auto()  # the lease ran out, or this process stops: the job is another worker's


class TurnOver(Exception):
    """Found between two steps of a turn: it may not go on."""

    def __init__(self, verdict: Verdict) -> None:
        super().__init__(verdict.name)
        self.verdict = verdict


async def verdict_on(session: AsyncSession, run: Run) -> Verdict | None:
    """None while the turn may go on and speak."""
    mode = select(Conversation.mode).where(Conversation.id == run.conversation_id)
    if not await turns.is_running(session, run.turn_id):
        return Verdict.STOPPED
    if (await session.execute(mode)).scalar_one_or_none() != Mode.CLAUDE:
        return Verdict.STOPPED
    if run.waiting.may_restart and await newest_position(session, run.conversation_id) > run.waiting.position:
        return Verdict.NEWER
    return None


async def check(run: Run) -> None:
    """Raises TurnOver once the turn may not go on."""
    async with reading() as session:
        verdict = await verdict_on(session, run)
    if verdict is not None:
        raise TurnOver(verdict)
