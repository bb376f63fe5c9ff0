"""How a turn ends: in one transaction that looks again who owns the conversation, and only then speaks."""

import logging
from collections.abc import Iterable
from contextlib import suppress
from functools import partial

from sqlalchemy.ext.asyncio import AsyncSession

from app import boundaries, clock, jobs
from app.assistant import ledger, turns
from app.assistant.beginning import Run
from app.assistant.composing import Composed, Effort
from app.assistant.failures import ClaudeFailed, Misconfigured
from app.assistant.models import Purpose, TurnState
from app.assistant.waiting import locked
from app.assistant.watching import Verdict, verdict_on
from app.boundaries import Boundary
from app.conversations import handoff, outgoing, replying
from app.conversations.handoff import HandoffReason
from app.conversations.models import Author, Conversation
from app.db import after_commit, transaction
from app.errors import Invalid
from app.i18n import N_, _
from app.installation import installation
from app.jobs import Claim

log = logging.getLogger(__name__)

HANDOFF_TEXT = N_("One moment, please: a person from our team will continue with you here.")

SILENT_ENDS = {
    Verdict.STOPPED: (TurnState.STOPPED, None),
    Verdict.NEWER: (TurnState.SUPERSEDED, None),
    Verdict.LOST: (TurnState.FAILED, turns.LOST),  # not "stopped": the next worker shall answer
}

Outcome = Composed | ClaudeFailed | Verdict


async def end(claim: Claim, run: Run, outcome: Outcome, effort: Effort) -> None:
    """Bring the turn to its end and finish the job, in the transaction that queues what the customer gets."""
    async with transaction() as session:
        after_commit(session, "turn", partial(boundaries.passed, Boundary.TURN_COMMITTED))
        conversation = await locked(session, run.conversation_id)
        is_running = await turns.hold(session, run.turn_id)
        boundaries.passed(Boundary.ENDING_BEGUN)
        if conversation is not None and is_running:
            state = await end_running(session, conversation, run, outcome)
            log.info("a turn ended", extra={"turn": run.turn_id, "state": state})
        await turns.note_attempts(session, run.turn_id, effort.attempts)
        about = {"conversation_id": run.conversation_id, "turn_id": run.turn_id}
        await ledger.book(session, effort.spent, purpose=Purpose.ANSWER, **about)
        if outcome is not Verdict.LOST:
            await jobs.finish(session, claim)
            boundaries.passed(Boundary.TURN_DONE)
    boundaries.passed(Boundary.TURN_TOLD)


async def end_running(
    session: AsyncSession, conversation: Conversation, run: Run, outcome: Outcome
) -> TurnState:
    """What the turn comes to, now that nobody can change its owner any more."""
    verdict = outcome if isinstance(outcome, Verdict) else await verdict_on(session, run)
    boundaries.passed(Boundary.OWNER_CHECKED)
    match outcome:
        case ClaudeFailed() if verdict is not Verdict.STOPPED:  # of something newer, too, a person takes care
            return await give_up(session, conversation, run, outcome)
        case Composed() if verdict is None:
            return await speak(session, conversation, run, outcome)
    state, failure = SILENT_ENDS[verdict or Verdict.STOPPED]
    await turns.end(session, run.turn_id, state, failure=failure)
    return state


async def speak(session: AsyncSession, conversation: Conversation, run: Run, composed: Composed) -> TurnState:
    """Queue the answer; with a hand-over there is always a sentence, Claude's own or ours."""
    if run.waiting.is_too_old(clock.now()):
        await turns.end(session, run.turn_id, TurnState.HANDED_OVER)
        await handoff.hand_over(session, conversation, HandoffReason.TOO_OLD)
        return TurnState.HANDED_OVER
    wish = composed.wish
    state = TurnState.HANDED_OVER if wish else TurnState.ANSWERED
    await turns.end(session, run.turn_id, state)
    try:
        await say(session, conversation, run, composed.bubbles or (await handoff_text(session),))
    except Invalid:
        await handoff.hand_over(session, conversation, HandoffReason.ANSWER_DID_NOT_LEAVE)
        return state
    if wish:
        told = {"summary": wish.summary, "urgency": wish.urgency}
        await handoff.hand_over(session, conversation, wish.reason, **told)
    return state


async def give_up(
    session: AsyncSession, conversation: Conversation, run: Run, failure: ClaudeFailed
) -> TurnState:
    """Claude could not: the customer hears that a person will, and people are called."""
    level = logging.ERROR if isinstance(failure, Misconfigured) else logging.WARNING
    log.log(level, "Claude gave no answer", extra={"turn": run.turn_id, "fault": failure.kind})
    await turns.end(session, run.turn_id, TurnState.FAILED, failure=failure.kind)
    with suppress(Invalid):
        await say(session, conversation, run, (await handoff_text(session),))
    await handoff.hand_over(session, conversation, HandoffReason.CLAUDE_FAILED)
    return TurnState.FAILED


async def say(session: AsyncSession, conversation: Conversation, run: Run, bubbles: Iterable[str]) -> None:
    """Raises Invalid, before anything is stored, when nothing can be sent to this contact."""
    for bubble in bubbles:
        await replying.put(
            session, conversation, outgoing.text(bubble), author=Author.CLAUDE, turn_id=run.turn_id
        )
    boundaries.passed(Boundary.ANSWER_QUEUED)


async def handoff_text(session: AsyncSession) -> str:
    """The sentence before a person answers, in the owner's words or ours."""
    return (await installation(session)).handoff_text.strip()[:1000] or _(HANDOFF_TEXT)
