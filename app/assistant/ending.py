"""How a turn ends: in one transaction that looks again who owns the conversation, and only then speaks."""

import logging
from collections.abc import Iterable
from functools import partial

from sqlalchemy.ext.asyncio import AsyncSession

from app import boundaries, clock, jobs
from app.assistant import ledger, trouble, turns
from app.assistant.citing import sources_of
from app.assistant.composing import Composed, Effort
from app.assistant.equipping import Equipped
from app.assistant.failures import ClaudeFailed, Misconfigured, ShutOut
from app.assistant.foreseen import Ending, ending_of
from app.assistant.models import Purpose, TurnState
from app.assistant.run import Run, Verdict, verdict_on
from app.assistant.waiting import locked
from app.boundaries import Boundary
from app.conversations import handoff, outgoing, replying
from app.conversations.handoff import HandoffReason
from app.conversations.models import Author, Conversation
from app.db import after_commit, transaction
from app.errors import Invalid
from app.jobs import Claim

log = logging.getLogger(__name__)

SILENT_ENDS = {
    Verdict.STOPPED: (TurnState.STOPPED, None),
    Verdict.NEWER: (TurnState.SUPERSEDED, None),
    Verdict.LOST: (TurnState.FAILED, turns.LOST),  # not "stopped": the next worker shall answer
}

Outcome = Composed | ClaudeFailed | Verdict


async def end(claim: Claim, begun: Equipped, outcome: Outcome, effort: Effort) -> None:
    """Bring the turn to its end and finish the job, in the transaction that queues what the customer gets."""
    run = begun.run
    async with transaction() as session:
        after_commit(session, "turn", partial(boundaries.passed, Boundary.TURN_COMMITTED))
        conversation = await locked(session, run.conversation_id)
        is_running = await turns.hold(session, run.turn_id)
        boundaries.passed(Boundary.ENDING_BEGUN)
        quotes = outcome.quotes if isinstance(outcome, Composed) else ()
        await turns.keep_steps(session, run.turn_id, begun.toolbox.steps, quotes)
        if conversation is not None and is_running:
            state = await end_running(session, conversation, begun, outcome)
            log.info("a turn ended", extra={"turn": run.turn_id, "state": state})
        await turns.note_attempts(session, run.turn_id, effort.attempts)
        about = {"conversation_id": run.conversation_id, "turn_id": run.turn_id}
        await ledger.book(session, effort.spent, purpose=Purpose.ANSWER, **about)
        if outcome is not Verdict.LOST:
            await jobs.finish(session, claim)
            boundaries.passed(Boundary.TURN_DONE)
    boundaries.passed(Boundary.TURN_TOLD)


async def end_running(
    session: AsyncSession, conversation: Conversation, begun: Equipped, outcome: Outcome
) -> TurnState:
    """What the turn comes to, now that nobody can change its owner any more."""
    run = begun.run
    verdict = outcome if isinstance(outcome, Verdict) else await verdict_on(session, run)
    boundaries.passed(Boundary.OWNER_CHECKED)
    if isinstance(outcome, ClaudeFailed) and verdict is not Verdict.STOPPED:
        # Of something newer, too, a person takes care.
        await note_failure(session, run, outcome)
        verdict = None
    if not isinstance(outcome, Verdict) and verdict is None:
        is_too_old = run.waiting.is_too_old(clock.now())
        ending = await ending_of(session, outcome, begun.zone, is_too_old=is_too_old)
        await bring_about(session, conversation, begun, ending)
        return ending.state
    state, failure = SILENT_ENDS[verdict or Verdict.STOPPED]
    await turns.end(session, run.turn_id, state, failure=failure)
    return state


async def bring_about(
    session: AsyncSession, conversation: Conversation, begun: Equipped, ending: Ending
) -> None:
    """Queue what the customer reads, and call people where that is the end."""
    run, reason = begun.run, ending.reason
    await turns.end(session, run.turn_id, ending.state, failure=ending.failure)
    try:
        await say(session, conversation, run, ending.bubbles)
    except Invalid:
        if ending.are_claudes_words:
            await handoff.hand_over(session, conversation, HandoffReason.ANSWER_DID_NOT_LEAVE)
            return
    if reason is not None:
        sources = sources_of(begun.toolbox.articles, ending.quotes)
        await handoff.hand_over(
            session, conversation, reason, ending.briefing, turn_id=run.turn_id, sources=sources
        )


async def note_failure(session: AsyncSession, run: Run, failure: ClaudeFailed) -> None:
    level = logging.ERROR if isinstance(failure, Misconfigured) else logging.WARNING
    log.log(level, "Claude gave no answer", extra={"turn": run.turn_id, "fault": failure.kind})
    if isinstance(failure, ShutOut):
        await trouble.note(session, failure.kind)


async def say(session: AsyncSession, conversation: Conversation, run: Run, bubbles: Iterable[str]) -> None:
    """Raises Invalid, before anything is stored, when nothing can be sent to this contact."""
    for bubble in bubbles:
        await replying.put(
            session, conversation, outgoing.text(bubble), author=Author.CLAUDE, turn_id=run.turn_id
        )
    boundaries.passed(Boundary.ANSWER_QUEUED)
