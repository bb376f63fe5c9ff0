"""Two conversations of one person at one number become one, and two again.

What comes from the conversation that vanishes is counted after all that the other one has: its positions, which read
cursors and tabs may hold, stay true. On screen the thread is in the order of time, as ever.
"""

from datetime import datetime, timedelta

from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from app import clock, jobs
from app.assistant.models import Turn, TurnState
from app.assistant.schedule import ANSWER
from app.attention.models import ReadCursor
from app.attention.reading import put_cursors
from app.conversations import drafts, service_window
from app.conversations.belongings import MERGED_ROWS, Move, move_all, put_back
from app.conversations.handoff import RESUME
from app.conversations.handoff_models import Handoff
from app.conversations.models import Conversation, Direction, Draft, Message, Mode
from app.jobs import Job
from app.live.events import Change, EventKind, announce
from app.notes import mentions
from app.search import message_text

CAUTIOUS = (Mode.CLAUDE, Mode.PAUSED, Mode.OFF, Mode.PERSON)  # of two modes, what stands later here holds


async def join(session: AsyncSession, merge_id: int, vanished: Conversation, survivor: Conversation) -> None:
    """Bring everything of one conversation into the other. Both are locked until the transaction ends."""
    lowest = select(func.min(Message.position)).where(Message.conversation_id == survivor.id)
    below = min((await session.execute(lowest)).scalar_one() or 0, 0)
    move = Move(merge_id, vanished.id, survivor.id, survivor.last_position, below)
    was_writing = await end_turns(session, (vanished.id, survivor.id))
    cursors = await joined_cursors(session, vanished, survivor)
    if vanished.is_resolved and survivor.is_resolved:  # else something still waits there
        survivor.resolved_position = survivor.last_position + (vanished.resolved_position or 0)
        await session.flush()
    await move_all(session, "conversation", move)
    await mentions.follow(session, vanished.id)
    await recount(session, survivor.id, at_least=survivor.last_position + vanished.last_position)
    await recount(session, vanished.id)
    for user_id, position, seen in cursors:
        await put_cursors(session, [user_id], survivor.id, position, seen)
    await join_drafts(session, vanished.id, survivor.id)
    await settle_older_handoffs(session, survivor.id)
    await join_modes(session, vanished, survivor, was_writing=was_writing)
    gone = update(Conversation).where(Conversation.id == vanished.id)
    await session.execute(gone.values(merged_into_id=survivor.id))
    announce(session, Change(EventKind.CONVERSATION_JOINED, vanished.id, survivor.id))
    tell_rewritten(session, survivor.id)


async def part(session: AsyncSession, merge_id: int, vanished: Conversation, survivor: Conversation) -> None:
    """Put back what was brought; what came since stays. What was read meanwhile is read."""
    move = Move(merge_id, vanished.id, survivor.id)
    await end_turns(session, (survivor.id,))
    moved = select(MERGED_ROWS.c.row_id, MERGED_ROWS.c.position).where(
        MERGED_ROWS.c.merge_id == merge_id,
        MERGED_ROWS.c.table_name == "message",
        MERGED_ROWS.c.was == vanished.id,
    )
    its = moved.subquery()
    now_at = select(Message.position, its.c.position).join(its, its.c.row_id == Message.id)
    positions = sorted((here, there) for here, there in await session.execute(now_at))
    await put_back(session, "conversation", move)
    await mentions.follow(session, survivor.id)
    back = update(Conversation).where(Conversation.id == vanished.id)
    await session.execute(back.values(merged_into_id=None))
    for one in (vanished.id, survivor.id):
        await recount(session, one)
        await reopen_window(session, one)
    await part_cursors(session, vanished.id, survivor.id, positions)
    tell_rewritten(session, vanished.id)
    tell_rewritten(session, survivor.id)


def tell_rewritten(session: AsyncSession, conversation_id: int) -> None:
    announce(session, Change(EventKind.PAST_ADDED, conversation_id))
    announce(session, Change(EventKind.CONVERSATION_CHANGED, conversation_id))


async def end_turns(session: AsyncSession, conversation_ids: tuple[int, ...]) -> bool:
    """End what Claude is writing, for it has not read all of the thread; whether it was writing."""
    running = update(Turn).where(Turn.conversation_id.in_(conversation_ids), Turn.state == TurnState.RUNNING)
    ended = running.values(state=TurnState.SUPERSEDED, draft="", ended_at=clock.now())
    found = (await session.execute(ended.returning(Turn.conversation_id))).scalars().all()
    for conversation_id in found:
        announce(session, Change(EventKind.DRAFT_CHANGED, conversation_id))
    return bool(found)


async def recount(session: AsyncSession, conversation_id: int, *, at_least: int = 0) -> None:
    """Set what a conversation counts, and what its messages are found by, from the messages that it has. Its counter
    never goes back."""
    mine = Message.conversation_id == conversation_id
    inbound = (mine, Message.direction == Direction.IN, Message.position > 0)
    totals = select(func.count(), func.max(Message.position), func.max(Message.sent_at)).where(*inbound)
    count, last_inbound, last_inbound_at = (await session.execute(totals)).one()
    newest = select(Message.position, Message.sent_at).where(mine)
    told_last = (
        Message.direction == Direction.SYSTEM
    )  # a notice stands in the list only where nothing else was said
    newest = newest.order_by(told_last, Message.sent_at.desc(), Message.position.desc()).limit(1)
    last = (await session.execute(newest)).first()
    values = {
        "inbound_count": count,
        "last_inbound_position": last_inbound or 0,
        "last_inbound_at": last_inbound_at,
        "last_message_position": last.position if last else None,
    }
    values |= {"last_activity_at": last.sent_at} if last else {}
    values |= {"last_position": at_least} if at_least else {}
    await session.execute(update(Conversation).where(Conversation.id == conversation_id).values(**values))
    await message_text.read_again(session, message_text.MESSAGES.c.conversation_id == conversation_id)


async def reopen_window(session: AsyncSession, conversation_id: int) -> None:
    """The window as the customer's messages that are here now opened it."""
    written = select(func.max(Message.sent_at)).where(
        Message.conversation_id == conversation_id,
        Message.direction == Direction.IN,
        Message.position > 0,
        service_window.opening(),
    )
    newest = (await session.execute(written)).scalar_one()
    until = newest + service_window.LENGTH if newest else None
    await session.execute(
        update(Conversation).where(Conversation.id == conversation_id).values(window_until=until)
    )


async def joined_cursors(
    session: AsyncSession, vanished: Conversation, survivor: Conversation
) -> list[tuple[int, int, int]]:
    """How far each attendant has read the joined thread: (user, position, inbound seen).

    Nothing unread becomes read. Who has unread messages in the thread that stays has all unread that come to it.
    """
    found = await session.scalars(
        select(ReadCursor).where(ReadCursor.conversation_id.in_((vanished.id, survivor.id)))
    )
    cursors = {(one.user_id, one.conversation_id): one for one in found}
    joined = []
    for user_id in sorted({user_id for user_id, _ in cursors}):
        here, there = cursors.get((user_id, survivor.id)), cursors.get((user_id, vanished.id))
        position, seen = (here.position, here.inbound_seen) if here else (0, 0)
        if seen == survivor.inbound_count and there is not None:
            position, seen = survivor.last_position + there.position, seen + there.inbound_seen
        joined.append((user_id, position, seen))
    return joined


async def part_cursors(
    session: AsyncSession, vanished_id: int, survivor_id: int, positions: list[tuple[int, int]]
) -> None:
    """`positions`: of each message that went back, the position it had here and the one it has there."""
    here = select(ReadCursor).where(ReadCursor.conversation_id == survivor_id).order_by(ReadCursor.user_id)
    for cursor in (await session.scalars(here)).all():
        read = [there for position, there in positions if position <= cursor.position]
        if read and max(read) > 0:
            seen = await inbound_up_to(session, vanished_id, max(read))
            await put_cursors(session, [cursor.user_id], vanished_id, max(read), seen)
        seen = await inbound_up_to(session, survivor_id, cursor.position)
        mine = (ReadCursor.conversation_id == survivor_id, ReadCursor.user_id == cursor.user_id)
        await session.execute(update(ReadCursor).where(*mine).values(inbound_seen=seen))


async def inbound_up_to(session: AsyncSession, conversation_id: int, position: int) -> int:
    counted = select(func.count()).where(
        Message.conversation_id == conversation_id,
        Message.direction == Direction.IN,
        Message.position > 0,
        Message.position <= position,
    )
    return (await session.execute(counted)).scalar_one()


async def join_drafts(session: AsyncSession, vanished_id: int, survivor_id: int) -> None:
    """What an attendant has typed in both stands below each other."""
    typed = select(Draft.user_id, Draft.text, Draft.conversation_id)
    both = typed.where(Draft.conversation_id.in_((survivor_id, vanished_id))).order_by(Draft.user_id)
    texts: dict[int, dict[int, str]] = {}
    for user_id, text, conversation_id in (await session.execute(both)).all():
        texts.setdefault(user_id, {})[conversation_id] = text
    for user_id, found in texts.items():
        if vanished_id in found:
            parts = [found[one] for one in (survivor_id, vanished_id) if one in found]
            await drafts.keep(session, user_id, survivor_id, "\n".join(parts))


async def settle_older_handoffs(session: AsyncSession, conversation_id: int) -> None:
    """Of several hand-overs that stand, only the newest one goes on standing."""
    standing = (Handoff.conversation_id == conversation_id, Handoff.settled_at.is_(None))
    newest = select(func.max(Handoff.id)).where(*standing).scalar_subquery()
    await session.execute(
        update(Handoff).where(*standing, Handoff.id != newest).values(settled_at=clock.now())
    )


async def join_modes(
    session: AsyncSession, vanished: Conversation, survivor: Conversation, *, was_writing: bool
) -> None:
    """The more cautious mode holds, and whoever had one of them has it. Claude answers what it was asked in either."""
    more_cautious = max((survivor, vanished), key=lambda one: CAUTIOUS.index(Mode(one.mode)))
    values = {
        "mode": more_cautious.mode,
        "paused_until": more_cautious.paused_until,
        "assignee_id": survivor.assignee_id or vanished.assignee_id,
        "blocked_at": survivor.blocked_at or vanished.blocked_at,
        "window_until": max(
            (one.window_until for one in (survivor, vanished) if one.window_until), default=None
        ),
    }
    await session.execute(update(Conversation).where(Conversation.id == survivor.id).values(**values))
    if more_cautious.mode == Mode.PAUSED and more_cautious.paused_until is not None:
        await jobs.enqueue(session, RESUME, str(survivor.id), run_at=more_cautious.paused_until)
    asked = select(Job.run_at).where(Job.kind == ANSWER, Job.key.in_((str(vanished.id), str(survivor.id))))
    run_at = max((await session.scalars(asked)).all(), default=None)
    if more_cautious.mode == Mode.CLAUDE and (was_writing or run_at is not None):
        await ask_for_answer_at(session, survivor.id, run_at or clock.now())


async def ask_for_answer_at(session: AsyncSession, conversation_id: int, run_at: datetime) -> None:
    since = clock.now() + timedelta(microseconds=1)  # after the turns that have just ended
    await jobs.enqueue(
        session, ANSWER, str(conversation_id), run_at=run_at, payload={"waiting_since": since.isoformat()}
    )
