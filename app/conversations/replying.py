"""An answer leaves the desk: stored, queued and shown in one transaction."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app import clock
from app.accounts.models import User
from app.attention import reading
from app.contacts.identities import recipient_of
from app.conversations import blocking, drafts, handoff, outgoing, service_window, writing
from app.conversations.models import Author, Conversation, Direction, Message
from app.conversations.ordering import store, time_of
from app.conversations.outgoing import CHOSEN_FILE, OURS, Outgoing
from app.errors import Conflict, Invalid
from app.i18n import N_
from app.live.events import Change, EventKind, announce
from app.media import outbound
from app.media.expecting import TYPES
from app.outbox import holding
from app.outbox import queue as outbox
from app.outbox.delivery import ARRIVED, DeliveryStatus
from app.outbox.models import Delivery
from app.whatsapp.models import Number
from app.whatsapp.request_bodies import media_content, message_payload, text_content, with_file


async def reply(
    session: AsyncSession,
    conversation: Conversation,
    by: User,
    what: Outgoing,
    compose_id: str | None = None,
    *,
    reply_to: int | None = None,
    from_composer: bool = True,
) -> Message:
    """Send what a person wrote; Claude falls silent and everybody's cursor moves. `reply_to`: the message it quotes.
    `from_composer`: what was being written there has left with it.

    The same `compose_id` again gives the same message; raises Conflict when it comes with something else, Invalid
    when the quoted message cannot be quoted or nothing can be sent to this contact.
    """
    compose_id, what = checked(compose_id), as_preferred(what, by)
    await session.refresh(
        conversation, with_for_update={"key_share": True}
    )  # a double click and a colleague wait here
    if compose_id is not None and (before := await sent_as(session, compose_id)) is not None:
        return same_or_conflict(before, conversation, by, what)
    quoted = await wamid_of(session, conversation, reply_to) if reply_to is not None else None
    await handoff.to_people(session, conversation, by=by)
    message = await put(
        session,
        conversation,
        what,
        author=Author.USER,
        user_id=by.id,
        compose_id=compose_id,
        reply_to_wamid=quoted,
        held_for=holding.how_long(by, what.type),
    )
    await reading.everybody_has_read(session, conversation.id)
    await reading.tell_customer(session, conversation.id, where="reply")
    if from_composer and what.type == "text":  # anything else was written in a form of its own
        await drafts.forget(session, by.id, conversation.id)
    await writing.end(session, by.id, conversation.id)
    return message


def as_preferred(what: Outgoing, by: User) -> Outgoing:
    """Without a preview of its link for who wants none."""
    return what if by.link_previews or what.type != "text" else outgoing.text(what.body, previews=False)


def checked(compose_id: str | None) -> str | None:
    if not compose_id:
        return None
    try:
        return str(UUID(compose_id))
    except ValueError as error:
        raise Invalid(N_("This form is out of date. Reload the page."), field="compose_id") from error


async def sent_as(session: AsyncSession, compose_id: str) -> Message | None:
    """The message that was sent from the form with this id."""
    return (await session.scalars(select(Message).where(Message.compose_id == compose_id))).one_or_none()


def same_or_conflict(before: Message, conversation: Conversation, by: User, what: Outgoing) -> Message:
    same = (before.conversation_id, before.user_id) == (conversation.id, by.id)
    if not same or (before.type, before.body, before.content) != (what.type, what.body, what.content):
        raise Conflict
    return before


async def wamid_of(session: AsyncSession, conversation: Conversation, message_id: int) -> str:
    """How WhatsApp calls a message of this thread; raises Invalid for one that it does not know."""
    named = select(Message.wamid).where(
        Message.id == message_id,
        Message.conversation_id == conversation.id,
        Message.revoked_at.is_(None),
    )
    wamid = (await session.execute(named)).scalar_one_or_none()
    if wamid is None:
        raise Invalid(
            N_("This message cannot be quoted. Take the quote away and send again."), field="reply_to"
        )
    return wamid


async def put(
    session: AsyncSession,
    conversation: Conversation,
    what: Outgoing,
    *,
    author: Author,
    user_id: int | None = None,
    turn_id: int | None = None,
    compose_id: str | None = None,
    reply_to_wamid: str | None = None,
    held_for: timedelta = holding.NOT_AT_ALL,
) -> Message:
    """Store one outbound message and queue its delivery. The caller has decided that its author may speak now.

    Raises WindowClosed or Blocked, before anything is stored, when WhatsApp would only take a template, or nothing.
    """
    blocking.check(conversation)
    service_window.check(conversation, what.type)
    recipient = await address_of(session, conversation)
    now = clock.now()
    message = await store(
        session,
        Direction.OUT,
        conversation_id=conversation.id,
        number_id=conversation.number_id,
        author=author,
        user_id=user_id,
        turn_id=turn_id,
        type=what.type,
        body=what.body,
        content=what.content,
        compose_id=compose_id,
        reply_to_wamid=reply_to_wamid,
        sent_at=time_of(now, now),
        stored_at=now,
        status=DeliveryStatus.QUEUED,
    )
    media_id = await outbound.attach(session, message, what.file) if what.file is not None else ""
    payload = payload_of(message, recipient, media_id)
    waits = what.file is not None and not media_id
    await outbox.queue(session, message, payload, waits_for_file=waits, held_for=held_for)
    announce(session, Change(EventKind.MESSAGE_ADDED, conversation.id, message.id))
    return message


async def address_of(session: AsyncSession, conversation: Conversation) -> str:
    """How WhatsApp reaches this contact; raises Invalid where nothing can be sent."""
    number = (await session.scalars(select(Number).where(Number.id == conversation.number_id))).one()
    if number.is_receive_only:
        raise Invalid(N_("This number only receives: an admin has to connect it first."), field="text")
    recipient = await recipient_of(session, conversation.contact_id)
    if recipient is None:
        raise Invalid(N_("WhatsApp gave no address for this contact."), field="text")
    return recipient[1]


def payload_of(message: Message, recipient: str, media_id: str = "") -> dict[str, Any]:
    """Graph's JSON for a stored message; a file's lacks its id until WhatsApp has the file."""
    if message.type == "text":
        content = text_content(message.body, previews=outgoing.has_previews(message.content))
    elif message.type in TYPES:
        content = media_content(message.type, message.content, message.body)
    else:
        content = {name: value for name, value in message.content.items() if name not in OURS}
    payload = message_payload(recipient, message.type, content, reply_to=message.reply_to_wamid)
    return with_file(payload, media_id) if media_id else payload


async def send_again(session: AsyncSession, conversation: Conversation, message_id: int) -> Message:
    """A new attempt at a message that failed, or of which nobody knows whether it left; raises Invalid otherwise."""
    ours = select(Message).where(Message.id == message_id, Message.conversation_id == conversation.id)
    message = (await session.scalars(ours.with_for_update(key_share=True))).one_or_none()
    if message is None or message.status not in (DeliveryStatus.FAILED, DeliveryStatus.UNKNOWN):
        raise Invalid(N_("This message needs no second try."))
    arrived = select(Delivery.id).where(Delivery.message_id == message_id, Delivery.status.in_(ARRIVED))
    if (await session.execute(arrived)).first() is not None:
        raise Invalid(N_("This message needs no second try."))
    blocking.check(conversation)
    service_window.check(conversation, message.type)
    is_file = message.type in TYPES or CHOSEN_FILE in message.content
    anew = message.status == DeliveryStatus.FAILED
    media_id = await outbound.id_at_whatsapp(session, message.id, anew=anew) if is_file else ""
    payload = payload_of(message, await address_of(session, conversation), media_id)
    await outbox.queue(session, message, payload, waits_for_file=is_file and not media_id)
    message.status = DeliveryStatus.QUEUED
    announce(session, Change(EventKind.MESSAGE_CHANGED, conversation.id, message.id))
    return message
