"""Claude answers: the way of one turn from the job to the queue of deliveries."""

from app.assistant.beginning import begin
from app.assistant.composing import Composed, Effort, compose
from app.assistant.desk import Desk
from app.assistant.ending import end
from app.assistant.failures import ClaudeFailed
from app.assistant.watching import Verdict, Watch
from app.jobs import Claim, LeftUndone


async def answer(claim: Claim, desk: Desk) -> None:
    """Work off a job of the kind "answer": its key is the conversation, its payload tells since when.

    Claude writes between two transactions: the first begins the turn, the last looks again and speaks.
    A newer message ends the turn; that message's own job, the same row, begins the next one with all of it.
    """
    run = await begin(claim, desk)
    if run is None:
        return
    watch, effort = Watch(claim, run, desk), Effort()
    outcome: Composed | ClaudeFailed | Verdict
    try:
        outcome = await watch.over(compose(desk.provider, run.request, watch.draft, effort, desk.pace))
    except ClaudeFailed as failure:
        outcome = failure
    await end(claim, run, outcome, effort)
    if outcome is Verdict.LOST:
        raise LeftUndone
