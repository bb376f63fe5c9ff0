"""Claude answers: the way of one turn from the job to the queue of deliveries."""

from collections.abc import Callable

from app.assistant.attachments import with_attachments, without_attachments
from app.assistant.beginning import begin
from app.assistant.composing import Composed, Effort, compose
from app.assistant.desk import Desk
from app.assistant.ending import end
from app.assistant.equipping import Equipped, informed
from app.assistant.failures import ClaudeFailed, Misconfigured
from app.assistant.run import TurnOver, Verdict
from app.assistant.watching import Watch, turn_of
from app.jobs import Claim, LeftUndone


async def answer(claim: Claim, desk: Desk) -> None:
    """Work off a job of the kind "answer": its key is the conversation, its payload tells since when.

    Claude writes between two transactions: the first begins the turn, the last looks again and speaks.
    A newer message ends the turn; that message's own job, the same row, begins the next one with all of it.
    """
    begun = await begin(claim, desk)
    if begun is None:
        return
    run, effort = begun.run, Effort()
    watch = Watch(claim, turn_of(run, desk), desk.pace)
    outcome: Composed | ClaudeFailed | Verdict
    try:
        outcome = await watch.over(write(desk, begun, watch.draft, effort))
    except ClaudeFailed as failure:
        outcome = failure
    except TurnOver as over:
        outcome = over.verdict
    await end(claim, begun, outcome, effort)
    if outcome is Verdict.LOST:
        raise LeftUndone


async def write(desk: Desk, begun: Equipped, on_text: Callable[[str], object], effort: Effort) -> Composed:
    """The answer, once it is known what the business knows of the question and what the customer's files show."""
    request = (await informed(begun, cites=not desk.provider.is_simple)).request
    if desk.store is not None:
        request = await with_attachments(request, begun.files, desk.provider, desk.store)
    try:
        return await compose(desk.provider, request, begun.toolbox, on_text, effort, desk.pace)
    except Misconfigured as failure:
        plain = without_attachments(request, failure)
        return await compose(desk.provider, plain, begun.toolbox, on_text, effort, desk.pace)
