"""What becomes of Claude's help: it goes into the text box, and what is sent then tells how much of it was changed."""

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from app import clock
from app.accounts.models import User
from app.consulting.asking import GONE, change, theirs
from app.consulting.difference import difference
from app.consulting.models import Consultation, ConsultationState, Wish
from app.conversations.handoff_models import Handoff
from app.conversations.models import Conversation, Message
from app.conversations.outgoing import cleaned
from app.errors import NotFound


async def use(session: AsyncSession, consultation_id: int, by: User) -> Consultation:
    """It stands in the text box now, and no longer above it. Raises NotFound."""
    found = await theirs(session, consultation_id, by)
    await change(session, (Consultation.id == found.id,), used_at=clock.now(), closed_at=clock.now())
    return found


async def use_briefing(
    session: AsyncSession, conversation: Conversation, handoff_id: int, by: User
) -> Consultation:
    """The reply that a hand-over's card suggests stands in the text box now: help to this attendant, like any other, and
    once until something was sent. Raises NotFound."""
    handoff = await session.get(Handoff, handoff_id)
    if handoff is None or handoff.conversation_id != conversation.id or not handoff.suggestion:
        raise NotFound(GONE)
    pressed_before = select(Consultation).where(
        Consultation.conversation_id == conversation.id,
        Consultation.user_id == by.id,
        Consultation.wish == Wish.BRIEFING,
        Consultation.text == handoff.suggestion,
        Consultation.message_id.is_(None),
    )
    found = (await session.scalars(pressed_before.limit(1))).one_or_none()
    if found is None:
        found = Consultation(
            conversation_id=conversation.id,
            user_id=by.id,
            wish=Wish.BRIEFING,
            given="",
            text=handoff.suggestion,
            state=ConsultationState.DONE,
            read_up_to=conversation.last_position,
            began_at=clock.now(),
            ended_at=clock.now(),
            closed_at=clock.now(),
        )
        session.add(found)
    found.used_at = clock.now()
    await session.flush()
    return found


async def note_sent(session: AsyncSession, by: User, message: Message) -> None:
    """What this attendant has sent out of the text box is what became of the answer that they last put there, if of any.
    How much they changed is reckoned now, and stays: whatever becomes of the message is no judgement of Claude's words."""
    if message.type != "text":  # written in a form of its own
        return
    used = select(Consultation.id).where(
        Consultation.conversation_id == message.conversation_id,
        Consultation.user_id == by.id,
        Consultation.used_at <= message.stored_at,
    )
    newest = used.order_by(Consultation.used_at.desc(), Consultation.id.desc()).limit(1).scalar_subquery()
    ours = (Consultation.id == newest, Consultation.message_id.is_(None))
    sent = update(Consultation).where(*ours).values(message_id=message.id).returning(Consultation)
    for one in await session.scalars(sent, execution_options={"populate_existing": True}):
        one.edit_distance = difference(cleaned(one.text), message.body)
    await session.flush()
