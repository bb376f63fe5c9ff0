"""Two minutes later nobody knows yet whether a message left: its bubble says so, and a person looks at it."""

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app import jobs
from app.conversations import handoff
from app.conversations.handoff import HandoffReason
from app.conversations.models import Author, Conversation, Message, Mode
from app.db import transaction
from app.jobs import Claim
from app.live.events import Change, EventKind, announce
from app.outbox.delivery import DeliveryStatus
from app.outbox.models import Delivery


async def unconfirmed(claim: Claim) -> None:
    """Work off a job of that kind: its key is the delivery. A report that came meanwhile has settled it."""
    async with transaction() as session:
        still = select(Message).join(Delivery, Delivery.message_id == Message.id)
        still = still.where(Delivery.id == int(claim.key), Delivery.status == DeliveryStatus.UNKNOWN)
        message = (await session.scalars(still)).one_or_none()
        if message is not None:
            await ask_a_person(session, message)
        await jobs.finish(session, claim)


async def ask_a_person(session: AsyncSession, message: Message) -> None:
    announce(session, Change(EventKind.MESSAGE_CHANGED, message.conversation_id, message.id))
    if message.author != Author.CLAUDE:
        return
    wanted = (
        select(Conversation).where(Conversation.id == message.conversation_id).with_for_update(key_share=True)
    )
    conversation = (await session.scalars(wanted)).one()
    if conversation.mode == Mode.CLAUDE:
        await handoff.hand_over(session, conversation, HandoffReason.ANSWER_DID_NOT_LEAVE)
