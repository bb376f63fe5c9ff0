"""How a turn ends: in one transaction that looks again who owns the conversation, and only then speaks."""

import logging
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import replace
from functools import partial

from sqlalchemy.ext.asyncio import AsyncSession

from app import boundaries, clock, jobs
from app.assistant import ledger, trouble, turns
from app.assistant.composing import Composed, Effort
from app.assistant.equipping import Equipped
from app.assistant.failures import ClaudeFailed, Misconfigured, ShutOut
from app.assistant.farewell import farewell
from app.assistant.models import Purpose, TurnState
from app.assistant.run import Run, Verdict, verdict_on
from app.assistant.waiting import locked
from app.boundaries import Boundary
from app.conversations import handoff, outgoing, replying
from app.conversations.handoff import Briefing, HandoffReason
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
        await turns.keep_steps(session, run.turn_id, begun.toolbox.steps)
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
    match outcome:
        case ClaudeFailed() if verdict is not Verdict.STOPPED:  # of something newer, too, a person takes care
            return await give_up(session, conversation, begun, outcome)
        case Composed() if verdict is None:
            return await speak(session, conversation, begun, outcome)
    state, failure = SILENT_ENDS[verdict or Verdict.STOPPED]
    await turns.end(session, run.turn_id, state, failure=failure)
    return state


async def speak(
    session: AsyncSession, conversation: Conversation, begun: Equipped, composed: Composed
) -> TurnState:
    """Queue the answer; with a hand-over there is always a sentence, Claude's own or ours."""
    run, wish = begun.run, composed.wish
    if run.waiting.is_too_old(clock.now()):
        await turns.end(session, run.turn_id, TurnState.HANDED_OVER)
        await handoff.hand_over(session, conversation, HandoffReason.TOO_OLD)
        return TurnState.HANDED_OVER
    if composed.problem:
        return await hold_back(session, conversation, begun, composed)
    state = TurnState.HANDED_OVER if wish else TurnState.ANSWERED
    await turns.end(session, run.turn_id, state)
    bubbles = composed.bubbles
    if wish:
        bubbles = await farewell(session, bubbles, wish.briefing.language, begun.zone, clock.now())
    try:
        await say(session, conversation, run, bubbles)
    except Invalid:
        await handoff.hand_over(session, conversation, HandoffReason.ANSWER_DID_NOT_LEAVE)
        return state
    if wish:
        await call_people(session, conversation, begun, wish.reason, wish.briefing)
    return state


async def hold_back(
    session: AsyncSession, conversation: Conversation, begun: Equipped, composed: Composed
) -> TurnState:
    """What Claude wrote is a person's to judge: they get it as a suggestion, the customer hears that they will."""
    await turns.end(session, begun.run.turn_id, TurnState.HANDED_OVER)
    briefing = composed.wish.briefing if composed.wish else Briefing()
    with suppress(Invalid):
        sentence = await farewell(session, (), briefing.language, begun.zone, clock.now())
        await say(session, conversation, begun.run, sentence)
    suggestion = "\n\n".join(composed.bubbles)
    reason = composed.problem or HandoffReason.OTHER
    await call_people(session, conversation, begun, reason, replace(briefing, suggestion=suggestion))
    return TurnState.HANDED_OVER


async def give_up(
    session: AsyncSession, conversation: Conversation, begun: Equipped, failure: ClaudeFailed
) -> TurnState:
    """Claude could not: the customer hears that a person will, and people are called."""
    run = begun.run
    level = logging.ERROR if isinstance(failure, Misconfigured) else logging.WARNING
    log.log(level, "Claude gave no answer", extra={"turn": run.turn_id, "fault": failure.kind})
    await turns.end(session, run.turn_id, TurnState.FAILED, failure=failure.kind)
    with suppress(Invalid):
        await say(session, conversation, run, await farewell(session, (), "", begun.zone, clock.now()))
    if isinstance(failure, ShutOut):
        await trouble.note(session, failure.kind)
    await call_people(session, conversation, begun, HandoffReason.CLAUDE_FAILED)
    return TurnState.FAILED


async def call_people(
    session: AsyncSession,
    conversation: Conversation,
    begun: Equipped,
    reason: HandoffReason,
    briefing: Briefing | None = None,
) -> None:
    origin, read = begun.run.turn_id, begun.toolbox.articles
    await handoff.hand_over(session, conversation, reason, briefing, turn_id=origin, articles=read)


async def say(session: AsyncSession, conversation: Conversation, run: Run, bubbles: Iterable[str]) -> None:
    """Raises Invalid, before anything is stored, when nothing can be sent to this contact."""
    for bubble in bubbles:
        await replying.put(
            session, conversation, outgoing.text(bubble), author=Author.CLAUDE, turn_id=run.turn_id
        )
    boundaries.passed(Boundary.ANSWER_QUEUED)
