"""The business's own emoji on a customer's message. Setting one twice is harmless, so a job brings it to WhatsApp."""

import logging
from collections.abc import Mapping
from datetime import timedelta

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from app import clock, jobs
from app.contacts.identities import recipient_of
from app.conversations import blocking, service_window
from app.conversations.models import Conversation, Direction, Message, Reaction
from app.conversations.receiving import announce_message
from app.conversations.replying import address_of
from app.db import insert_if_new, reading, transaction
from app.errors import Invalid, NotFound
from app.i18n import N_
from app.jobs import Claim
from app.outbox.backoff import GIVE_UP_AFTER, wait_before
from app.randomness import between
from app.settings import Settings
from app.whatsapp.graph import Accepted, Graph, NotSent, Unknown
from app.whatsapp.graphemes import emoji_count
from app.whatsapp.models import Number
from app.whatsapp.request_bodies import message_payload
from app.worker import Handler

log = logging.getLogger(__name__)

REACT = "send_reaction"  # the job; key: the reaction's id
REACHES = timedelta(days=30)  # WhatsApp takes no reaction to what is older


async def react(session: AsyncSession, conversation: Conversation, message_id: int, emoji: str) -> None:
    """Put, change or, with "", take back our emoji on a message of the contact's. Raises NotFound, Invalid."""
    ours = select(Message).where(Message.id == message_id, Message.conversation_id == conversation.id)
    message = (await session.scalars(ours)).one_or_none()
    if message is None:
        raise NotFound
    if emoji and emoji_count(emoji) != 1:
        raise Invalid(N_("Choose one emoji."), field="emoji")
    if not may_react_to(message):
        raise Invalid(
            N_("WhatsApp takes reactions only to the customer's messages of the last 30 days."), field="emoji"
        )
    blocking.check(conversation)
    service_window.check(conversation, "reaction")
    await address_of(session, conversation)
    now = clock.now()
    which = {
        "number_id": conversation.number_id,
        "target_wamid": message.wamid,
        "contact_id": conversation.contact_id,
        "by_us": True,
    }
    values = {"emoji": emoji or None, "reacted_at": now, "error_code": None, "sent_as": None}
    made = await insert_if_new(session, Reaction, which | values, unique=list(which))
    if made is None:
        changed = update(Reaction).filter_by(**which).values(values).returning(Reaction.id)
        made = (await session.execute(changed)).scalar_one()
    await announce_message(session, conversation.number_id, message.wamid or "")
    await jobs.enqueue(session, REACT, str(made), run_at=now)


def may_react_to(message: Message) -> bool:
    """A customer's message that stands, and not for longer than WhatsApp remembers."""
    stands = message.wamid is not None and message.revoked_at is None
    return stands and message.direction == Direction.IN and message.sent_at > clock.now() - REACHES


def handler(settings: Settings, graph: Graph) -> Handler:
    """Works off `send_reaction` jobs: whatever stands there now is what the customer shall see."""

    async def tell(claim: Claim) -> None:
        async with reading() as session:
            asked = select(Reaction, Number.phone_number_id).join(Number, Number.id == Reaction.number_id)
            row = (await session.execute(asked.where(Reaction.id == int(claim.key)))).first()
            recipient = await recipient_of(session, row[0].contact_id) if row else None
        if row is None or recipient is None:
            return
        reaction, phone_number_id = row
        content = {"message_id": reaction.target_wamid, "emoji": reaction.emoji or ""}
        outcome = await graph.send(
            phone_number_id=phone_number_id,
            access_token=settings.whatsapp_access_token.get_secret_value(),
            payload=message_payload(recipient[1], "reaction", content),
        )
        if isinstance(outcome, (Accepted, Unknown)):  # in doubt it most likely left, and nobody waits for it
            return await left(reaction, outcome)
        error = outcome.error if isinstance(outcome, NotSent) else None
        wait = wait_before(claim.tries, error, None, between(0, 1))
        again_at = clock.now() + timedelta(seconds=wait or 0)
        if wait is not None and again_at < reaction.reacted_at + GIVE_UP_AFTER:
            async with transaction() as session:
                return await jobs.put_back(session, claim, run_at=again_at, error=type(outcome).__name__)
        await refused(reaction, error.code if error else None)

    return tell


async def left(reaction: Reaction, outcome: Accepted | Unknown) -> None:
    """WhatsApp has it. It may still report a failure later, by this id."""
    if isinstance(outcome, Accepted):
        async with transaction() as session:
            still = (Reaction.id == reaction.id, Reaction.reacted_at == reaction.reacted_at)
            await session.execute(update(Reaction).where(*still).values(sent_as=outcome.wamid))


async def failed_later(session: AsyncSession, codes: Mapping[str, int | None]) -> None:
    """WhatsApp reports of these wamids that they did not arrive; those of reactions are shown no more."""
    named = select(Reaction).where(Reaction.sent_as.in_(codes), Reaction.error_code.is_(None))
    for reaction in (await session.scalars(named)).all():
        reaction.error_code = codes[reaction.sent_as or ""] or 0
        await announce_message(session, reaction.number_id, reaction.target_wamid)


async def refused(reaction: Reaction, code: int | None) -> None:
    """WhatsApp did not take it: it is not shown as if the customer saw it."""
    log.warning("a reaction was not taken", extra={"reaction": reaction.id, "code": code})
    async with transaction() as session:
        still = (Reaction.id == reaction.id, Reaction.reacted_at == reaction.reacted_at)
        await session.execute(update(Reaction).where(*still).values(error_code=code or 0))
        await announce_message(session, reaction.number_id, reaction.target_wamid)
