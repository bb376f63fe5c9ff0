"""A conversation changes hands where only the later of two contacts that become one has any; and comes back, without what
came since."""

from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncSession

from app import clock, jobs
from app.assistant.schedule import ANSWER
from app.attention.models import ReadCursor
from app.attention.reading import put_cursors
from app.conversations import joining
from app.conversations.belongings import MERGED_ROWS, Move, carry_rest, note_all, noted
from app.conversations.handoff import RESUME
from app.conversations.models import Conversation, Message, Mode
from app.db import table_of
from app.jobs import Job
from app.live.events import Change, EventKind, announce
from app.notes import mentions


async def hand(session: AsyncSession, merge_id: int, conversation: Conversation, survivor_id: int) -> None:
    """Give a conversation, which is locked, to the contact that survives; what is in it now is noted."""
    row = {
        "merge_id": merge_id,
        "table_name": "conversation",
        "row_id": conversation.id,
        "was": conversation.contact_id,
    }
    await session.execute(insert(MERGED_ROWS).values(**row))
    await note_all(session, "conversation", Move(merge_id, conversation.id, conversation.id))
    conversation.contact_id = survivor_id
    await session.flush()
    announce(session, Change(EventKind.CONVERSATION_CHANGED, conversation.id, survivor_id))


async def hand_back(
    session: AsyncSession, merge_id: int, conversation: Conversation, vanished_id: int
) -> None:
    """Give it back. What came since goes on in a conversation of the survivor's own, which begins with it."""
    survivor_id, conversation.contact_id = conversation.contact_id, vanished_id
    await session.flush()
    announce(session, Change(EventKind.CONVERSATION_CHANGED, conversation.id, vanished_id))
    was = Move(merge_id, conversation.id, conversation.id)
    since = select(Message.id).where(
        Message.conversation_id == conversation.id, Message.id.not_in(noted(table_of(Message), was))
    )
    if (await session.execute(since.limit(1))).first() is not None:
        await begin_with_rest(session, merge_id, conversation, survivor_id)


async def begin_with_rest(
    session: AsyncSession, merge_id: int, conversation: Conversation, survivor_id: int
) -> None:
    was_writing = await joining.end_turns(session, (conversation.id,))
    asked = select(Job.run_at).where(Job.kind == ANSWER, Job.key == str(conversation.id))
    run_at = (await session.execute(asked)).scalar_one_or_none()
    fresh = Conversation(
        number_id=conversation.number_id,
        contact_id=survivor_id,
        mode=conversation.mode,
        paused_until=conversation.paused_until,
        claude_stopped=conversation.claude_stopped,
        resolved_position=conversation.resolved_position,
        assignee_id=conversation.assignee_id,
        created_at=clock.now(),
        last_activity_at=conversation.last_activity_at,
        last_position=conversation.last_position,  # its messages keep their positions
    )
    session.add(fresh)
    await session.flush()
    await carry_rest(session, "conversation", Move(merge_id, conversation.id, fresh.id))
    await mentions.follow(session, conversation.id)
    for one in (conversation.id, fresh.id):
        await joining.recount(session, one)
        await joining.reopen_window(session, one)
        joining.tell_rewritten(session, one)
    await part_cursors(session, conversation.id, fresh.id)
    if fresh.mode == Mode.PAUSED and fresh.paused_until is not None:
        await jobs.enqueue(session, RESUME, str(fresh.id), run_at=fresh.paused_until)
    if fresh.mode == Mode.CLAUDE and (was_writing or run_at is not None):
        await joining.ask_for_answer_at(session, fresh.id, run_at or clock.now())


async def part_cursors(session: AsyncSession, conversation_id: int, fresh_id: int) -> None:
    """Whoever had read up to a position has read as far in both."""
    cursors = select(ReadCursor).where(ReadCursor.conversation_id == conversation_id)
    for cursor in (await session.scalars(cursors.order_by(ReadCursor.user_id))).all():
        seen = await joining.inbound_up_to(session, fresh_id, cursor.position)
        await put_cursors(session, [cursor.user_id], fresh_id, cursor.position, seen)
        cursor.inbound_seen = await joining.inbound_up_to(session, conversation_id, cursor.position)
    await session.flush()
