"""Whether Claude answers, decided in the transaction that begins the turn."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app import boundaries, clock, jobs
from app.assistant import limits, turns
from app.assistant.choices import chosen
from app.assistant.coming import look_again_at
from app.assistant.desk import Desk
from app.assistant.equipping import Equipped, equipped
from app.assistant.farewell import leave_to_people, say_unasked
from app.assistant.foreseen import ending_by
from app.assistant.models import Purpose
from app.assistant.rules import rule_for
from app.assistant.run import Run
from app.assistant.waiting import Waiting, locked, unanswered
from app.boundaries import Boundary
from app.conversations import handoff, service_window
from app.conversations.handoff import HandoffReason
from app.conversations.models import Conversation, Mode
from app.db import transaction
from app.installation import installation
from app.jobs import Claim
from app.whatsapp.models import Number


async def begin(claim: Claim, desk: Desk) -> Equipped | None:
    """Begin the turn that this job asks for. None when Claude has nothing to say here, or not yet."""
    boundaries.passed(Boundary.TURN_CLAIMED)
    async with transaction() as session:
        conversation = await locked(session, int(claim.key))
        await turns.end_lost(session, int(claim.key))
        begun: Equipped | datetime | None = None
        if conversation is not None and conversation.id == int(
            claim.key
        ):  # else the other one was asked for itself
            begun = await begin_in(session, conversation, asked_at(claim), desk)
        if begun is None:
            await jobs.finish(session, claim)
        elif isinstance(begun, datetime):
            await jobs.put_off(session, claim, run_at=begun)
    boundaries.passed(Boundary.CONTEXT_READ)
    return begun if isinstance(begun, Equipped) else None


def asked_at(claim: Claim) -> datetime:
    return datetime.fromisoformat(claim.payload["waiting_since"])


async def begin_in(
    session: AsyncSession, conversation: Conversation, asked: datetime, desk: Desk
) -> Equipped | datetime | None:
    """The turn, or when to look again: something that came is not here yet."""
    if conversation.mode != Mode.CLAUDE or conversation.blocked_at is not None:
        return None
    waiting = await unanswered(session, conversation.id, asked)
    if waiting is None:
        return None
    number = (await session.scalars(select(Number).where(Number.id == conversation.number_id))).one()
    if reason := reason_for_people(conversation, waiting, number, desk):
        await handoff.hand_over(session, conversation, reason)
        return None
    if await by_rule(session, conversation, waiting, desk):
        return None
    if reason := await limits.reason_to_decline(session, conversation, desk.settings.zone):
        await leave_to_people(session, conversation, reason, desk.settings.zone)
        return None
    if again_at := await look_again_at(session, conversation.id, waiting, hears=desk.hears):
        return again_at
    choice = await chosen(session, Purpose.ANSWER, desk.provider)
    turn = await turns.begin(session, conversation.id, waiting.position, choice.model)
    run = Run(turn.id, conversation.id, waiting, number)
    return await equipped(session, run, conversation, desk, choice)


async def by_rule(session: AsyncSession, conversation: Conversation, waiting: Waiting, desk: Desk) -> bool:
    """Do what a rule says, if one decides."""
    here = await installation(session)
    rule = await rule_for(session, conversation, waiting, here, hears=desk.hears)
    if rule is None:
        return False
    ending = await ending_by(session, rule, desk.settings.zone)
    await say_unasked(session, conversation, ending.bubbles)
    if ending.is_silence:
        await handoff.switch_off(session, conversation, by=None)
    elif ending.reason:
        await handoff.hand_over(session, conversation, ending.reason)
    return True


def reason_for_people(
    conversation: Conversation, waiting: Waiting, number: Number, desk: Desk
) -> HandoffReason | None:
    """Why Claude may not even try: silence would be the only answer otherwise."""
    if not desk.settings.claude_answers or number.is_receive_only:
        return HandoffReason.OTHER
    is_late = waiting.is_too_old(clock.now()) or not service_window.of(conversation).is_open
    return HandoffReason.TOO_OLD if is_late else None
