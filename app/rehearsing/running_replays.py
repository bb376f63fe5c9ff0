"""The job that works a replay off: a few cases at a time, each kept as soon as it is done."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy import select, update

from app.assistant.choices import Choice
from app.assistant.desk import Desk
from app.db import reading, transaction
from app.jobs import Claim, LeftUndone
from app.rehearsing.differing import alike, outcome_of, pieces_of
from app.rehearsing.models import Outcome, Replay, ReplayCase, ReplayState
from app.rehearsing.rehearsal import Declined, rehearse
from app.rehearsing.remembering import Remembered, remembered
from app.rehearsing.replaying import RUNNING, end
from app.rehearsing.sides import Side, side_of

AT_ONCE = 4  # cases: customers are answered beside them
MOST_TRIES = 3  # of one case, over which workers died
ENOUGH_FAILURES = 3  # in a row: the rest would only fail too
BROKEN_OFF = "broken off"


async def replay(claim: Claim, desk: Desk) -> None:
    """Work off a job of the kind "replay": its key is the replay. Whoever begins it again goes on where it was left."""
    replay_id = int(claim.key)
    while cases := await next_cases(replay_id):
        if claim.leaving.is_set():
            raise LeftUndone
        outcomes = await asyncio.gather(*(play(case, desk) for case in cases), return_exceptions=True)
        for fault in outcomes:
            if isinstance(fault, BaseException):
                raise fault
        await look_at_failures(replay_id)
    async with transaction() as session:
        await end(session, replay_id, ReplayState.DONE)


async def next_cases(replay_id: int) -> Sequence[tuple[Replay, ReplayCase]]:
    """None once it is over. The first goes alone: what it has the provider keep of the prompt, the others are read from."""
    asked = (
        select(Replay, ReplayCase)
        .join(ReplayCase, ReplayCase.replay_id == Replay.id)
        .where(Replay.id == replay_id, RUNNING, ReplayCase.outcome.is_(None))
        .order_by(ReplayCase.place)
        .limit(AT_ONCE)
    )
    async with reading() as session:
        found = [(row[0], row[1]) for row in await session.execute(asked)]
    return found[:1] if found and not found[0][0].done else found


async def play(one: tuple[Replay, ReplayCase], desk: Desk) -> None:
    tried, case = one
    async with transaction() as session:
        await session.execute(
            update(ReplayCase).where(ReplayCase.id == case.id).values(tries=ReplayCase.tries + 1)
        )
    async with reading() as session:
        past = await remembered(session, case.turn_id, desk.settings.zone)
    if past is None:
        await note(case, Outcome.GONE)
        return
    now = Side(failure=BROKEN_OFF) if case.tries >= MOST_TRIES else await answered(past, tried, desk)
    if now is not None:
        await note(case, outcome_of(past.was, now), past, now)


async def answered(past: Remembered, tried: Replay, desk: Desk) -> Side | None:
    """What would be said now; None, and the replay is over, when nothing may be asked."""
    scene = replace(
        past.scene,
        instructions=tried.instructions,
        choice=Choice(tried.model, tried.effort),
        drafts=[article for article, _title in tried.drafts["articles"]],
        user_id=tried.user_id,
    )
    try:
        return side_of(await rehearse(scene, desk), past.redact)
    except Declined as declined:
        async with transaction() as session:
            await end(session, tried.id, ReplayState.DECLINED, declined.reason)
        return None


async def note(
    case: ReplayCase, outcome: Outcome, past: Remembered | None = None, now: Side | None = None
) -> None:
    """Keep what came of it, unless the replay was deleted meanwhile."""
    values: dict[str, object] = {"outcome": outcome}
    if past and now:
        pieces = pieces_of(past.was.words, now.words)
        told = {"words": [list(piece) for piece in pieces], "alike": alike(pieces)}
        values |= {"asked": past.asked, "was": past.was.as_json(), "became": now.as_json(), "pieces": told}
    async with transaction() as session:
        counted = update(Replay).where(Replay.id == case.replay_id).values(done=Replay.done + 1)
        number = (await session.execute(counted.returning(Replay.done))).scalar_one_or_none()
        if number is not None:
            ours = update(ReplayCase).where(ReplayCase.id == case.id)
            await session.execute(ours.values(number=number, **values))


async def look_at_failures(replay_id: int) -> None:
    """The end, once one call after the other fails."""
    newest = (
        select(ReplayCase.outcome, ReplayCase.became)
        .where(ReplayCase.replay_id == replay_id, ReplayCase.number.is_not(None))
        .order_by(ReplayCase.number.desc())
        .limit(ENOUGH_FAILURES)
    )
    async with transaction() as session:
        last = (await session.execute(newest)).all()
        if len(last) == ENOUGH_FAILURES and all(one.outcome == Outcome.FAILED for one in last):
            await end(session, replay_id, ReplayState.FAILED, last[0].became["failure"])
