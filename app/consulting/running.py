"""Claude writes for an attendant: the way of one consultation from the job to its end."""

import logging
from functools import partial

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app import jobs
from app.assistant import ledger, trouble
from app.assistant.citing import sources_of
from app.assistant.composing import Composed, Effort, compose
from app.assistant.desk import Desk
from app.assistant.failures import ClaudeFailed, Misconfigured, Refused, ShutOut
from app.assistant.run import Verdict
from app.assistant.watching import Watch, Watched
from app.chats import requests as chat_requests
from app.consulting import requests
from app.consulting.asking import RUNNING, change
from app.consulting.models import Consultation, ConsultationFailure, ConsultationState
from app.consulting.prepared import Prepared
from app.db import reading, transaction
from app.jobs import Claim, LeftUndone
from app.whatsapp.markup import markdown_to_whatsapp

log = logging.getLogger(__name__)

MOST_TRIES = 3  # somebody waits at a screen


async def consult(claim: Claim, desk: Desk) -> None:
    """Work off a job of the kind "consult": its key is the consultation."""
    async with reading() as session:
        asked = await session.get(Consultation, int(claim.key))
    if asked is None or asked.state != ConsultationState.RUNNING:
        return
    if (
        asked.text or claim.tries > MOST_TRIES
    ):  # a worker died over it: what was read may not change by itself
        await interrupt(asked)
        return
    room = requests if asked.question_id is None else chat_requests
    prepared, effort = await room.prepared(asked, desk), Effort()
    watched = Watched(partial(verdict_on, asked_id=asked.id), partial(grow, asked.id))
    watch = Watch(claim, watched, desk.pace)
    outcome: Composed | ClaudeFailed | Verdict
    try:
        writing = compose(desk.provider, prepared.request, prepared.toolbox, watch.draft, effort, desk.pace)
        outcome = await watch.over(writing)
    except ClaudeFailed as failure:
        outcome = failure
    await end(claim, asked, prepared, outcome, effort, watch.text)
    if outcome is Verdict.LOST:
        raise LeftUndone


async def verdict_on(session: AsyncSession, *, asked_id: int) -> Verdict | None:
    running = select(Consultation.id).where(Consultation.id == asked_id, RUNNING)
    return None if (await session.execute(running)).first() is not None else Verdict.STOPPED


async def grow(asked_id: int, text: str) -> bool:
    async with transaction() as session:
        return await change(session, (Consultation.id == asked_id, RUNNING), text=text)


async def interrupt(asked: Consultation) -> None:
    async with transaction() as session:
        await fail(session, asked, ConsultationFailure.INTERRUPTED)


async def end(
    claim: Claim,
    asked: Consultation,
    prepared: Prepared,
    outcome: Composed | ClaudeFailed | Verdict,
    effort: Effort,
    written: str,
) -> None:
    """Keep what was written and what it cost, in one transaction."""
    text, running = markdown_to_whatsapp(written), (Consultation.id == asked.id, RUNNING)
    async with transaction() as session:
        if asked.question_id is not None and text:
            await chat_requests.keep_words(session, asked, text)
        if isinstance(outcome, Composed):
            found = sources_of(prepared.toolbox.articles, outcome.quotes)
            await change(session, running, state=ConsultationState.DONE, text=text, sources=found)
        elif isinstance(outcome, ClaudeFailed):
            await fail(session, asked, failure_of(outcome), text=text)
            if isinstance(outcome, ShutOut):
                await trouble.note(session, outcome.kind)
        elif outcome is Verdict.STOPPED:  # what was written until then stays
            stopped = (Consultation.id == asked.id, Consultation.state == ConsultationState.STOPPED)
            await change(session, stopped, text=text)
        about = {"conversation_id": asked.conversation_id, "user_id": asked.user_id}
        await ledger.book(session, effort.spent, purpose=prepared.purpose, **about)
        if outcome is not Verdict.LOST:
            await jobs.finish(session, claim)


async def fail(
    session: AsyncSession, asked: Consultation, failure: ConsultationFailure, **values: str
) -> None:
    log.warning("Claude did not help", extra={"consultation": asked.id, "fault": failure})
    running = (Consultation.id == asked.id, RUNNING)
    await change(session, running, state=ConsultationState.FAILED, failure=failure, **values)


def failure_of(failure: ClaudeFailed) -> ConsultationFailure:
    match failure:
        case Refused():
            return ConsultationFailure.REFUSED
        case Misconfigured():
            return ConsultationFailure.MISCONFIGURED
    return ConsultationFailure.BUSY
