"""Texts that wait for the customer to write again, because the 24-hour window is closed. Each leaves once."""

from collections.abc import Collection, Sequence
from contextlib import suppress
from typing import Any

from sqlalchemy import bindparam, delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from app import clock
from app.accounts.models import User
from app.conversations import drafts, handoff, outgoing, replying, service_window
from app.conversations.models import Author, Conversation, HeldText
from app.conversations.outgoing import Outgoing
from app.db import table_of
from app.errors import Conflict, Invalid, NotFound
from app.i18n import N_
from app.live.events import Change, EventKind, announce

MOST = 10  # in one conversation; they leave together


HELD = table_of(HeldText)
WAITING_IN = (  # built once: every message asks it
    select(HELD.c.conversation_id)
    .where(HELD.c.conversation_id.in_(bindparam("conversations", expanding=True)))
    .distinct()
)


async def hold(
    session: AsyncSession, conversation: Conversation, by: User, text: str, compose_id: str | None = None
) -> None:
    """Keep a person's text until the customer writes; Claude falls silent. The same text again is kept once, and the
    same `compose_id` again does nothing, also once it was sent. `conversation` is locked.

    If the customer has written meanwhile it is sent at once. Raises Invalid as `outgoing.text` does, and for too many;
    Conflict when the `compose_id` was used for something else.
    """
    what = replying.as_preferred(outgoing.text(text), by)
    compose_id = replying.checked(compose_id)
    if await was_taken(session, conversation, by, what, compose_id):
        return
    if service_window.of(conversation).is_open:
        await replying.reply(session, conversation, by, what, compose_id)
        return
    waiting = await of(session, conversation.id)
    if not any((one.text, one.user_id) == (what.body, by.id) for one in waiting):
        if len(waiting) >= MOST:
            raise Invalid(N_("Ten texts wait here already. Cancel one first."), field="text")
        held = {"text": what.body, "compose_id": compose_id, "created_at": clock.now()}
        session.add(HeldText(conversation_id=conversation.id, user_id=by.id, **held))
    await handoff.to_people(session, conversation, by=by)
    await drafts.forget(session, by.id, conversation.id)
    announce(session, Change(EventKind.CONVERSATION_CHANGED, conversation.id))


async def was_taken(
    session: AsyncSession, conversation: Conversation, by: User, what: Outgoing, compose_id: str | None
) -> bool:
    """Whether this form has come before: its text waits, or has left. Raises Conflict when it said something else."""
    if compose_id is None:
        return False
    if (sent := await replying.sent_as(session, compose_id)) is not None:
        replying.same_or_conflict(sent, conversation, by, what)
        return True
    waits = select(HeldText).where(HeldText.compose_id == compose_id)
    held = (await session.scalars(waits)).one_or_none()
    if held is not None and (held.conversation_id, held.user_id, held.text) != (
        conversation.id,
        by.id,
        what.body,
    ):
        raise Conflict
    return held is not None


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
    """Queue what waits in these conversations, whose windows are open, in the transaction of what the customer wrote.

    Gives those in which something did; a person answers there now.
    """
    asked = {"conversations": list(conversation_ids)}
    some = (await session.scalars(WAITING_IN, asked)).all() if conversation_ids else []
    if not some:
        return set()
    waiting = select(HeldText).where(HeldText.conversation_id.in_(some)).order_by(HeldText.id)
    spoken = set()
    for held in (await session.scalars(waiting)).all():
        conversation = await session.get_one(Conversation, held.conversation_id)
        with suppress(Invalid):  # no address any more: it stays, to be seen and cancelled
            await session.refresh(conversation)
            if held.compose_id is None or await replying.sent_as(session, held.compose_id) is None:
                await put(session, conversation, held)
            await session.delete(held)
            if conversation.id not in spoken:
                await handoff.to_people(session, conversation, by=None)
            spoken.add(conversation.id)
    await session.flush()
    return spoken


async def put(session: AsyncSession, conversation: Conversation, held: HeldText) -> None:
    author: dict[str, Any] = {"author": Author.USER, "user_id": held.user_id, "compose_id": held.compose_id}
    by, what = await session.get(User, held.user_id or 0), outgoing.text(held.text)
    await replying.put(session, conversation, replying.as_preferred(what, by) if by else what, **author)
