"""Texts that wait for the customer to write again, because the 24-hour window is closed. Each leaves once."""

from collections.abc import Collection, Sequence
from contextlib import suppress

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from app import clock
from app.accounts.models import User
from app.conversations import drafts, handoff, outgoing, replying, service_window
from app.conversations.models import Author, Conversation, HeldText
from app.errors import Invalid, NotFound
from app.i18n import N_
from app.live.events import Change, EventKind, announce

MOST = 10  # in one conversation; they leave together


async def hold(session: AsyncSession, conversation: Conversation, by: User, text: str) -> None:
    """Keep a person's text until the customer writes; Claude falls silent. The same text again is kept once.

    If the customer has written meanwhile it is sent at once. Raises Invalid as `outgoing.text` does, and for too many.
    """
    what = outgoing.text(text)
    await session.refresh(conversation, with_for_update={"key_share": True})
    if service_window.of(conversation).is_open:
        await replying.reply(session, conversation, by, what)
        return
    waiting = await of(session, conversation.id)
    if not any((one.text, one.user_id) == (what.body, by.id) for one in waiting):
        if len(waiting) >= MOST:
            raise Invalid(N_("Ten texts wait here already. Cancel one first."), field="text")
        session.add(
            HeldText(conversation_id=conversation.id, user_id=by.id, text=what.body, created_at=clock.now())
        )
    await handoff.to_people(session, conversation, by=by)
    await drafts.forget(session, by.id, conversation.id)
    announce(session, Change(EventKind.CONVERSATION_CHANGED, conversation.id))


async def cancel(session: AsyncSession, conversation: Conversation, held_id: int) -> None:
    """It is not sent. Raises NotFound when it has left, or was never there."""
    held = delete(HeldText).where(HeldText.id == held_id, HeldText.conversation_id == conversation.id)
    if (await session.execute(held.returning(HeldText.id))).first() is None:
        raise NotFound(N_("This text has already been sent, or somebody cancelled it."))
    announce(session, Change(EventKind.CONVERSATION_CHANGED, conversation.id))


async def of(session: AsyncSession, conversation_id: int) -> Sequence[HeldText]:
    """What waits in a conversation, in the order in which it will leave."""
    theirs = select(HeldText).where(HeldText.conversation_id == conversation_id).order_by(HeldText.id)
    return (await session.scalars(theirs)).all()


async def release(session: AsyncSession, conversation_ids: Collection[int]) -> set[int]:
    """The window has opened: queue what waited, in the transaction of the message that opened it.

    Gives the conversations in which something did; a person answers there now.
    """
    waiting = select(HeldText).where(HeldText.conversation_id.in_(conversation_ids)).order_by(HeldText.id)
    spoken = set()
    for held in (await session.scalars(waiting)).all():
        conversation = await session.get_one(Conversation, held.conversation_id)
        with suppress(Invalid):  # no address any more: it stays, to be seen and cancelled
            await session.refresh(conversation)
            what = outgoing.text(held.text)
            await replying.put(session, conversation, what, author=Author.USER, user_id=held.user_id)
            await session.delete(held)
            if conversation.id not in spoken:
                await handoff.to_people(session, conversation, by=None)
            spoken.add(conversation.id)
    await session.flush()
    return spoken
