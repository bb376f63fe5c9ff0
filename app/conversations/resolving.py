"""What a conversation was about is settled: nothing in it waits, and Claude begins anew with what comes."""

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app import clock, jobs
from app.accounts.models import User
from app.attention.models import ReadCursor
from app.conversations import desk_notices, handoff
from app.conversations.desk_notices import Happening
from app.conversations.handoff import ModeReason
from app.conversations.handoff_models import Closure
from app.conversations.models import Conversation, Mode
from app.errors import Invalid
from app.i18n import N_
from app.installation import installation
from app.whatsapp.models import Number

SUMMARISE = "summarise"  # the job that tells Claude in a few words what was before


async def resolve(
    session: AsyncSession, conversation: Conversation, by: User, wait_seconds: float | None
) -> None:
    """Nothing of this conversation, which is locked, waits any more. What this attendant has not read stays open.

    `wait_seconds`: as for an answer of Claude's; None where it answers nobody. Raises Invalid when everything here is
    unread.
    """
    if conversation.is_resolved:
        return
    position = await read_up_to(session, conversation, by)
    if position <= (conversation.resolved_position or 0):
        raise Invalid(N_("There are new messages here: read them first."))
    await handoff.stop_turn(session, conversation.id)  # it answers what is settled
    changes = {"mode": conversation.mode, "paused_until": conversation.paused_until}
    if wait_seconds is not None and await returns(session, conversation):
        changes = {**handoff.CLAUDES}
    await handoff.apply(
        session, conversation, changes | {"resolved_position": position}, ModeReason.RESOLVED, by
    )
    closure = Closure(conversation_id=conversation.id, position=position, by_id=by.id, at=clock.now())
    session.add(closure)
    await session.flush()
    await desk_notices.note(session, conversation, Happening.RESOLVED, by=by)
    if wait_seconds is None:
        return
    await jobs.enqueue(session, SUMMARISE, str(closure.id), run_at=clock.now())
    if conversation.mode == Mode.CLAUDE:
        await handoff.ask_for_open(session, conversation, wait_seconds)


async def read_up_to(session: AsyncSession, conversation: Conversation, by: User) -> int:
    """Up to where the thread is no news to this attendant: a message that has just come is not settled by who did not
    see it."""
    cursor = select(ReadCursor.position).where(
        ReadCursor.user_id == by.id, ReadCursor.conversation_id == conversation.id
    )
    position = (await session.execute(cursor)).scalar_one_or_none() or 0
    return position if position < conversation.last_inbound_position else conversation.last_position


async def returns(session: AsyncSession, conversation: Conversation) -> bool:
    """Whether Claude answers what comes next. Who wants none of its answers gets none."""
    if conversation.mode not in (Mode.PERSON, Mode.PAUSED) or conversation.blocked_at is not None:
        return False
    number = await session.get_one(Number, conversation.number_id)
    return not number.is_receive_only and (await installation(session)).returns_when_resolved
