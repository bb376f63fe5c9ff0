"""A part of Claude's answer did not surely leave: a person goes on."""

from app import jobs
from app.assistant.waiting import locked
from app.conversations import handoff
from app.conversations.handoff import HandoffReason
from app.conversations.models import Mode
from app.db import transaction
from app.jobs import Claim


async def answer_did_not_leave(claim: Claim) -> None:
    """Work off a job of that kind: its key is the conversation."""
    async with transaction() as session:
        conversation = await locked(session, int(claim.key))
        if conversation is not None and conversation.mode == Mode.CLAUDE:
            await handoff.hand_over(session, conversation, HandoffReason.ANSWER_DID_NOT_LEAVE)
        await jobs.finish(session, claim)
