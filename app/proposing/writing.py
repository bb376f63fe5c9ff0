"""Claude writes a proposal: the way of one from the job to its end. No transaction is open while it is asked."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app import clock, jobs
from app.accounts.models import User
from app.assistant import ledger, limits, trouble, whose
from app.assistant.calls import Calls
from app.assistant.choices import chosen
from app.assistant.claude import Request
from app.assistant.composing import WHOLE
from app.assistant.desk import Desk
from app.assistant.failures import Busy, ClaudeFailed, Refused, ShutOut
from app.assistant.models import Purpose
from app.assistant.run import Verdict
from app.assistant.tools.knowing import LONGEST_QUESTION
from app.assistant.watching import Watch, Watched
from app.characters import storable
from app.consulting.models import ConsultationFailure
from app.consulting.running import failure_of
from app.db import reading, transaction
from app.errors import NotFound
from app.jobs import Claim, LeftUndone
from app.knowledge import gaps, retrieval
from app.knowledge.retrieval import Found
from app.proposing.asked import MAX_TOKENS, SCHEMA, Proposed, instructions, proposed_in, told
from app.proposing.models import Proposal, ProposalState
from app.proposing.stripping import stripping_for
from app.rehearsing.redacting import Redact

log = logging.getLogger(__name__)

MOST_PASSAGES = 8
MOST_TRIES = 3  # of a job whose worker dies over it
Outcome = Proposed | ClaudeFailed | Verdict | None  # None: Claude may not be asked now
NOT_NOW = "not_now"  # no money, or no key that is taken


@dataclass(frozen=True)
class Material:
    """Both texts are stripped already, by `strip`."""

    conversation_id: int
    user_id: int
    asked: str
    answered: str
    strip: Redact


async def propose(claim: Claim, desk: Desk) -> None:
    """Work off a job of the kind "propose": its key is the hand-over."""
    handoff_id, spent = int(claim.key), Calls()
    async with reading() as session:
        material = await material_of(session, handoff_id)
        declined = await limits.reason_to_ask_nothing(session, desk.settings.zone)
    if material is None or claim.tries > MOST_TRIES:
        await give_up(handoff_id)
        return
    outcome = await outcome_of(claim, material, desk, spent) if declined is None else None
    async with transaction() as session:
        if isinstance(outcome, ShutOut):
            await trouble.note(session, outcome.kind)
        proposal = await session.get(Proposal, handoff_id, with_for_update=True)
        if proposal is not None and proposal.state == ProposalState.WAITING:
            keep(proposal, outcome)
        about = {"conversation_id": material.conversation_id, "user_id": material.user_id}
        await ledger.book(session, spent, purpose=Purpose.PROPOSE, **about)
        if outcome is not Verdict.LOST:
            await jobs.finish(session, claim)
    if outcome is Verdict.LOST:
        raise LeftUndone


async def outcome_of(claim: Claim, material: Material, desk: Desk, spent: Calls) -> Outcome:
    """It ends early once nobody waits for it any more, or this process stops."""
    watched = Watched(partial(verdict_on, handoff_id=int(claim.key)), shows_nothing)
    try:
        return await Watch(claim, watched, desk.pace).over(asked(material, desk, spent))
    except ClaudeFailed as failure:
        return failure


async def verdict_on(session: AsyncSession, *, handoff_id: int) -> Verdict | None:
    state = await session.scalar(select(Proposal.state).where(Proposal.handoff_id == handoff_id))
    return None if state == ProposalState.WAITING else Verdict.STOPPED


async def shows_nothing(_text: str) -> bool:
    """A proposal is shown once it is whole."""
    return True


async def material_of(session: AsyncSession, handoff_id: int) -> Material | None:
    """As whoever asked may see it; None where they may not any more, or nothing waits."""
    proposal = await session.get(Proposal, handoff_id)
    if proposal is None or proposal.state != ProposalState.WAITING or proposal.asked_by_id is None:
        return None
    by = await session.get_one(User, proposal.asked_by_id)
    try:
        gap = await gaps.gap_for(session, by, handoff_id)
    except NotFound:
        return None
    strip = await stripping_for(session, gap.conversation_id)
    question = gap.asked or gap.summary
    return Material(gap.conversation_id, by.id, strip(question), strip(gap.answered), strip)


async def give_up(handoff_id: int) -> None:
    """Whoever asked may not see the question any more, or the worker dies over it each time."""
    async with transaction() as session:
        proposal = await session.get(Proposal, handoff_id, with_for_update=True)
        if proposal is not None and proposal.state == ProposalState.WAITING:
            fail(proposal, ConsultationFailure.INTERRUPTED)


async def asked(material: Material, desk: Desk, spent: Calls) -> Proposed:
    """Raises ClaudeFailed."""
    async with reading() as session:
        question = f"{material.asked}\n{material.answered}"[:LONGEST_QUESTION]
        found = await retrieval.search(session, question, most=MOST_PASSAGES)
    async with reading() as session:
        request = await request_for(session, material, found, desk)
    reply = await desk.provider.stream(request, str, spent)
    if reply.stop_reason == "refusal":
        raise Refused("refusal")
    if reply.stop_reason not in WHOLE:
        raise Busy(f"stopped: {reply.stop_reason}")
    return proposed_in(reply.text, found, material.strip)


async def request_for(
    session: AsyncSession, material: Material, found: Sequence[Found], desk: Desk
) -> Request:
    """The model is the one that writes for attendants."""
    choice = await chosen(session, Purpose.HELP, desk.provider)
    words = {"type": "text", "text": told(material.asked, material.answered, found)}
    return Request(
        instructions(is_simple=desk.provider.is_simple),
        [{"role": "user", "content": [words]}],
        model=choice.model,
        effort=choice.effort,
        max_tokens=MAX_TOKENS,
        whose=whose.attendant(desk.settings, material.user_id),
        schema=SCHEMA,
    )


def keep(proposal: Proposal, outcome: Outcome) -> None:
    if isinstance(outcome, Proposed):
        proposal.ended_at = clock.now()
        proposal.state, proposal.outcome = ProposalState.READY, outcome.outcome
        proposal.title, proposal.body = storable(outcome.title), storable(outcome.body)
        proposal.article_id = outcome.article_id
        return
    if not isinstance(outcome, Verdict):  # else it is another worker's
        fail(proposal, NOT_NOW if outcome is None else failure_of(outcome))


def fail(proposal: Proposal, failure: str) -> None:
    log.warning("Claude proposed no article", extra={"handoff": proposal.handoff_id, "fault": failure})
    proposal.state, proposal.failure, proposal.ended_at = ProposalState.FAILED, failure, clock.now()
