"""A pause is over: Claude answers again."""

from app import clock
from app import jobs as queue
from app.assistant.desk import Desk
from app.assistant.waiting import locked
from app.conversations import handoff
from app.conversations.handoff import ModeReason
from app.conversations.models import Mode
from app.db import transaction
from app.jobs import Claim


async def resume(claim: Claim, desk: Desk) -> None:
    """Work off a job of the kind "resume_claude": its key is the conversation.

    Whoever changed the mode meanwhile had the last word. Where Claude answers nobody any more, people do.
    """
    async with transaction() as session:
        conversation = await locked(session, int(claim.key))
        if conversation is not None and conversation.mode == Mode.PAUSED:
            until = conversation.paused_until
            if until is not None and until > clock.now():  # the clock was put back since this was found due
                return await queue.put_back(session, claim, run_at=until)
            if desk.settings.claude_answers:
                await handoff.give_to_claude(session, conversation, desk.settings.claude_wait_seconds)
            else:
                await handoff.to_people(session, conversation, by=None, reason=ModeReason.PAUSE_OVER)
        await queue.finish(session, claim)
