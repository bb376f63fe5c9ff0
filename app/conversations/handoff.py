"""Who answers in a conversation: Claude or a person, never both; every change silences a running turn at once."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from app import clock, jobs
from app.accounts.models import User
from app.assistant.models import Turn, TurnState
from app.assistant.schedule import ask_for_answer
from app.conversations import desk_notices
from app.conversations.desk_notices import Happening
from app.conversations.handoff_models import Handoff, ModeChange
from app.conversations.models import Conversation, Message, Mode
from app.live.events import Change, EventKind, announce
from app.push import calling
from app.push.calling import Why

RESUME = "resume_claude"
LONGEST_PAUSE_MINUTES = 7 * 24 * 60
CLAUDES = {
    "mode": Mode.CLAUDE,
    "paused_until": None,
    "assignee_id": None,
}  # of a conversation that is Claude's


class HandoffReason(StrEnum):
    """Why Claude gave a conversation to people."""

    ASKED_HUMAN = "asked_human"
    NO_INFORMATION = "no_information"
    NEEDS_PERMISSION = "needs_permission"
    ANGRY = "angry"
    REPEATED_FAILURE = "repeated_failure"
    SENSITIVE = "sensitive"
    OTHER = "other"
    CLAUDE_FAILED = "claude_failed"  # overload, cut, refusal, time-out
    ANSWER_DID_NOT_LEAVE = "answer_did_not_leave"
    BUDGET_SPENT = "budget_spent"
    TOO_MANY_ANSWERS = "too_many_answers"  # of Claude, to this person on one day
    TELLS_TOO_MUCH = (
        "tells_too_much"  # this and the next two: an answer that was held back, see `assistant/checks.py`
    )
    UNKNOWN_LINK = "unknown_link"
    UNKNOWN_PRICE = "unknown_price"
    GOES_IN_CIRCLES = "goes_in_circles"  # the other side seems to be a machine
    VOICE = "voice"  # a voice message, which nobody has written down
    TOO_OLD = "too_old"  # the customer's message waited longer than Claude may answer


class ModeReason(StrEnum):
    """Why somebody else answers now; written down with each change."""

    REPLIED = "replied"
    PHONE = "phone"  # somebody answered in the phone app
    TAKEN = "taken"
    ASSIGNED = "assigned"
    BLOCKED = "blocked"
    HANDED_OVER = "handed_over"  # by Claude or a rule
    HANDED_BACK = "handed_back"
    PAUSED = "paused"
    PAUSE_OVER = "pause_over"
    RESOLVED = "resolved"
    UNANSWERED = "unanswered"  # by people, for as long as the owner allows
    SWITCHED_OFF = "switched_off"
    ASKED_FOR_SILENCE = "asked_for_silence"  # the customer wants no answers of Claude's


@dataclass(frozen=True)
class Briefing:
    """What Claude tells the person who takes over. `questions`: open ones, one a line. `language`: "" for unknown."""

    summary: str = ""
    tried: str = ""
    questions: str = ""
    suggestion: str = ""
    language: str = ""
    urgency: str = "normal"


async def to_people(
    session: AsyncSession,
    conversation: Conversation,
    *,
    by: User | None,
    reason: ModeReason = ModeReason.REPLIED,
) -> None:
    """A person answers from now on. Whoever does it first is the assignee; None: nobody we know by name."""
    changes: dict[str, object] = {"mode": Mode.PERSON, "paused_until": None}
    if by is not None and conversation.assignee_id is None:
        changes["assignee_id"] = by.id
    await apply(session, conversation, changes, reason, by)


async def take(session: AsyncSession, conversation: Conversation, by: User) -> None:
    """Take the conversation over: it is this attendant's, whoever had it."""
    mine = {"mode": Mode.PERSON, "paused_until": None, "assignee_id": by.id}
    if await apply(session, conversation, mine, ModeReason.TAKEN, by):
        await desk_notices.note(session, conversation, Happening.TAKEN, by=by)


async def give_to_claude(
    session: AsyncSession, conversation: Conversation, wait_seconds: float, *, by: User | None = None
) -> None:
    """Claude answers again, beginning with what the customer still waits for, if anything. `by` None: a pause is over."""
    reason = ModeReason.HANDED_BACK if by else ModeReason.PAUSE_OVER
    if await apply(session, conversation, CLAUDES, reason, by):
        await desk_notices.note(session, conversation, Happening.CLAUDE_AGAIN, by=by)
    await ask_for_open(session, conversation, wait_seconds)


async def ask_for_open(session: AsyncSession, conversation: Conversation, wait_seconds: float) -> None:
    """Have Claude answer what the customer still waits for, if anything."""
    if conversation.last_inbound_position <= (conversation.resolved_position or 0):
        return
    newest = select(Message).where(
        Message.conversation_id == conversation.id, Message.position == conversation.last_inbound_position
    )
    if (last := (await session.scalars(newest)).one_or_none()) is not None:
        await ask_for_answer(session, conversation.id, last, wait_seconds)


async def stop(session: AsyncSession, conversation: Conversation) -> None:
    """End what Claude is writing; nothing of it is sent. What the customer wrote waits until somebody sees to it."""
    if await stop_turn(session, conversation.id):
        await session.execute(
            update(Conversation).where(Conversation.id == conversation.id).values(claude_stopped=True)
        )


async def pause(session: AsyncSession, conversation: Conversation, minutes: int, by: User) -> None:
    """Claude is silent for a while, then answers again by itself."""
    until = clock.now() + timedelta(minutes=minutes)
    changes = {"mode": Mode.PAUSED, "paused_until": until}
    await apply(session, conversation, changes, ModeReason.PAUSED, by)
    await desk_notices.note(session, conversation, Happening.CLAUDE_PAUSED, by=by, minutes=minutes)
    await jobs.enqueue(session, RESUME, str(conversation.id), run_at=until)


async def switch_off(session: AsyncSession, conversation: Conversation, by: User | None) -> None:
    """Claude never answers here, until somebody switches it on. `by` None: the customer asked for it."""
    off = {"mode": Mode.OFF, "paused_until": None}
    reason = ModeReason.SWITCHED_OFF if by else ModeReason.ASKED_FOR_SILENCE
    if await apply(session, conversation, off, reason, by):
        await desk_notices.note(session, conversation, Happening.CLAUDE_OFF, by=by)


async def hand_over(
    session: AsyncSession,
    conversation: Conversation,
    reason: HandoffReason,
    briefing: Briefing | None = None,
    *,
    turn_id: int | None = None,
    sources: Mapping[str, Any] | None = None,
) -> Handoff:
    """Claude, or a rule, gives the conversation to people, who are called.

    `turn_id`: the turn it came out of. `sources`: of the knowledge that Claude has looked at, as `Handoff` keeps them.
    """
    peoples = {"mode": Mode.PERSON, "paused_until": None}
    await apply(session, conversation, peoples, f"{ModeReason.HANDED_OVER}:{reason}", None)
    noted = Handoff(
        conversation_id=conversation.id,
        reason=reason,
        turn_id=turn_id,
        sources=dict(sources or {}),
        created_at=clock.now(),
        **asdict(briefing or Briefing()),
    )
    session.add(noted)
    await session.flush()
    await desk_notices.note(session, conversation, Happening.HANDED_OVER, reason=str(reason))
    announce(session, Change(EventKind.HANDED_OVER, conversation.id, noted.id))
    await calling.ask(session, [conversation.id], Why.HANDED_OVER)
    return noted


async def apply(
    session: AsyncSession,
    conversation: Conversation,
    changes: Mapping[str, object],
    reason: str,
    by: User | None,
) -> bool:
    """Write a change of mode, and that it changed, by whom and why; unless Claude goes on answering, its running turn
    ends in the same transaction. Whether anything is other than before."""
    changes = {**changes, "claude_stopped": False}
    if changes["mode"] != Mode.CLAUDE:
        await stop_turn(session, conversation.id)
    was_waiting = await settle_handoff(session, conversation.id)
    if all(getattr(conversation, name) == value for name, value in changes.items()) and not was_waiting:
        return False
    note_change(session, conversation, changes, reason, by)
    await session.execute(update(Conversation).where(Conversation.id == conversation.id).values(**changes))
    await session.refresh(conversation)
    announce(session, Change(EventKind.CONVERSATION_CHANGED, conversation.id))
    return True


def note_change(
    session: AsyncSession,
    conversation: Conversation,
    changes: Mapping[str, object],
    reason: str,
    by: User | None,
) -> None:
    """One row of the log, where the mode or the end of a pause is another one, or Claude goes on after it was stopped."""
    until = changes.get("paused_until")
    goes_on = conversation.claude_stopped and changes["mode"] == Mode.CLAUDE
    if (conversation.mode, conversation.paused_until) == (changes["mode"], until) and not goes_on:
        return
    told = {"conversation_id": conversation.id, "by_id": by.id if by else None, "at": clock.now()}
    was, became = conversation.mode, str(changes["mode"])
    session.add(ModeChange(was=was, became=became, until=until, reason=str(reason), **told))


async def settle_handoff(session: AsyncSession, conversation_id: int) -> bool:
    """Somebody saw to it: the hand-over that stood, if any, stands no more; whether there was one."""
    standing = update(Handoff).where(Handoff.conversation_id == conversation_id, Handoff.settled_at.is_(None))
    settled = standing.values(settled_at=clock.now()).returning(Handoff.id)
    return bool((await session.execute(settled)).all())


async def stop_turn(session: AsyncSession, conversation_id: int) -> bool:
    """End Claude's running turn, whose worker sees it and closes the request; whether there was one."""
    running = update(Turn).where(Turn.conversation_id == conversation_id, Turn.state == TurnState.RUNNING)
    ended = running.values(state=TurnState.STOPPED, ended_at=clock.now()).returning(Turn.id)
    if not (await session.execute(ended)).all():
        return False
    announce(session, Change(EventKind.DRAFT_CHANGED, conversation_id))
    return True
