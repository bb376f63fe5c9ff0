"""Which of the assistant's verbs works off which kind of job."""

from collections.abc import Awaitable, Callable, Mapping
from functools import partial

from app.assistant.desk import Desk
from app.assistant.responder import answer
from app.assistant.resuming import resume
from app.assistant.returning import RETURN, return_unanswered
from app.assistant.schedule import ANSWER
from app.assistant.summarising import summarise
from app.assistant.undelivered import answer_did_not_leave
from app.conversations.handoff import RESUME
from app.conversations.resolving import SUMMARISE
from app.jobs import Claim
from app.outbox.delivery import ANSWER_DID_NOT_LEAVE

Handler = Callable[[Claim], Awaitable[None]]


def handlers(desk: Desk) -> Mapping[str, Handler]:
    return {
        ANSWER: partial(answer, desk=desk),
        RESUME: partial(resume, desk=desk),
        RETURN: partial(return_unanswered, desk=desk),
        SUMMARISE: partial(summarise, desk=desk),
        ANSWER_DID_NOT_LEAVE: answer_did_not_leave,
    }
