"""An answer leaves the desk: stored, queued and shown in one transaction."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app import clock
from app.accounts.models import User
from app.attention import reading
from app.characters import storable
from app.contacts.identities import recipient_of
from app.conversations import drafts, handoff
from app.conversations.models import Author, Conversation, Direction, Message
from app.conversations.ordering import store, time_of
from app.errors import Conflict, Invalid
from app.i18n import N_
from app.live.events import Change, EventKind, announce
from app.outbox import queue as outbox
from app.outbox.delivery import ARRIVED, DeliveryStatus
from app.outbox.models import Delivery
from app.whatsapp.graph import text_payload
from app.whatsapp.models import Number

LONGEST_TEXT = 4096  # code points; WhatsApp refuses more


async def reply(
    session: AsyncSession, conversation: Conversation, by: User, text: str, compose_id: str | None = None
) -> Message:
    """Send a person's text; Claude falls silent and everybody's cursor moves.

    The same `compose_id` again gives the same message; raises Conflict when it comes with another text, Invalid
    (field "text") when the text is empty or too long.
    """
    text = clean(text)
    compose_id = checked(compose_id)
    await session.refresh(
        conversation, with_for_update={"key_share": True}
    )  # a double click and a colleague wait here
    if compose_id is not None:
        before = (
            await session.scalars(select(Message).where(Message.compose_id == compose_id))
        ).one_or_none()
        if before is not None:
            return same_or_conflict(before, conversation, by, text)
    await handoff.to_people(session, conversation, by=by)
    message = await put(session, conversation, text, author=Author.USER, user_id=by.id, compose_id=compose_id)
    await reading.everybody_has_read(session, conversation.id)
    await reading.tell_customer(session, conversation.id, where="reply")
    await drafts.forget(session, by.id, conversation.id)
    return message


def clean(text: str) -> str:
    """The text as it leaves: blank ends cut, line ends as WhatsApp has them; raises Invalid."""
    text = storable(text.replace("\r\n", "\n")).strip()
    if not text:
        raise Invalid(N_("Write a message first."), field="text")
    if len(text) > LONGEST_TEXT or len(text.encode("utf-16-le")) // 2 > LONGEST_TEXT:
        raise Invalid(
            N_("WhatsApp takes at most 4096 characters. Shorten the text or send it in parts."), field="text"
        )
    return text


def checked(compose_id: str | None) -> str | None:
    if not compose_id:
        return None
    try:
        return str(UUID(compose_id))
    except ValueError as error:
        raise Invalid(N_("This form is out of date. Reload the page."), field="compose_id") from error


def same_or_conflict(before: Message, conversation: Conversation, by: User, text: str) -> Message:
    if before.conversation_id != conversation.id or before.user_id != by.id or before.body != text:
        raise Conflict
    return before


async def put(
    session: AsyncSession,
    conversation: Conversation,
    text: str,
    *,
    author: Author,
    user_id: int | None = None,
    turn_id: int | None = None,
    compose_id: str | None = None,
) -> Message:
    """Store one outbound text and queue its delivery. The caller has decided that its author may speak now."""
    payload = await payload_for(session, conversation, text)
    now = clock.now()
    message = await store(
        session,
        Direction.OUT,
        conversation_id=conversation.id,
        number_id=conversation.number_id,
        author=author,
        user_id=user_id,
        turn_id=turn_id,
        type="text",
        body=text,
        compose_id=compose_id,
        sent_at=time_of(now, now),
        stored_at=now,
        status=DeliveryStatus.QUEUED,
    )
    await outbox.queue(session, message, payload)
    announce(session, Change(EventKind.MESSAGE_ADDED, conversation.id, message.id))
    return message


async def payload_for(session: AsyncSession, conversation: Conversation, text: str) -> dict[str, object]:
    """Graph's JSON for a text to this contact; raises Invalid where nothing can be sent."""
    number = (await session.scalars(select(Number).where(Number.id == conversation.number_id))).one()
    if number.is_receive_only:
        raise Invalid(N_("This number only receives: an admin has to connect it first."), field="text")
    recipient = await recipient_of(session, conversation.contact_id)
    if recipient is None:
        raise Invalid(N_("WhatsApp gave no address for this contact."), field="text")
    return text_payload(recipient[1], text)


async def send_again(session: AsyncSession, conversation: Conversation, message_id: int) -> Message:
    """A new attempt at a message that failed, or of which nobody knows whether it left; raises Invalid otherwise."""
    ours = select(Message).where(Message.id == message_id, Message.conversation_id == conversation.id)
    message = (await session.scalars(ours.with_for_update(key_share=True))).one_or_none()
    if message is None or message.status not in (DeliveryStatus.FAILED, DeliveryStatus.UNKNOWN):
        raise Invalid(N_("This message needs no second try."))
    arrived = select(Delivery.id).where(Delivery.message_id == message_id, Delivery.status.in_(ARRIVED))
    if (await session.execute(arrived)).first() is not None:
        raise Invalid(N_("This message needs no second try."))
    await outbox.queue(session, message, await payload_for(session, conversation, message.body))
    message.status = DeliveryStatus.QUEUED
    announce(session, Change(EventKind.MESSAGE_CHANGED, conversation.id, message.id))
    return message
