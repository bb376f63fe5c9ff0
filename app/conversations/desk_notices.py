"""What happened at the desk, as rows across the thread: who took over, who has it now, which label it got.

They are messages of `Direction.SYSTEM`, as the notices of WhatsApp: nobody said them, they count nowhere and move no row.
Claude does not read them (`assistant/history.py`): whom it follows it sees by the answers themselves, and the words
that colleagues leave each other are not for it.
"""

from enum import StrEnum

from sqlalchemy.ext.asyncio import AsyncSession

from app import clock
from app.accounts.models import User
from app.conversations.models import Author, Conversation, Direction, Message
from app.conversations.ordering import store, time_of
from app.live.events import Change, EventKind, announce


class Happening(StrEnum):
    """What a notice tells; beside each the details that it keeps, besides who did it (`by`)."""

    TAKEN = "taken"
    ASSIGNED = "assigned"  # to, words
    RELEASED = "released"  # words
    CLAUDE_AGAIN = "claude_again"
    CLAUDE_HELPS_OUT = "claude_helps_out"  # minutes
    RESOLVED = "resolved"
    CLAUDE_PAUSED = "claude_paused"  # minutes
    CLAUDE_OFF = "claude_off"
    HANDED_OVER = "handed_over"  # reason
    LABELLED = "labelled"  # label
    UNLABELLED = "unlabelled"  # label
    BLOCKED = "blocked"
    UNBLOCKED = "unblocked"


async def note(
    session: AsyncSession,
    conversation: Conversation,
    what: Happening,
    *,
    by: User | None = None,
    **details: str | int,
) -> None:
    """Tell it in the thread. `by` None: Claude, or a pause that ended by itself. Names are kept as they are now.

    A conversation in which nobody has said anything yet stands in nobody's list, and a notice does not put it there.
    """
    if conversation.last_message_position is None:
        return
    now = clock.now()
    told = {"type": str(what)} | ({"by": by.name} if by else {}) | details
    message = await store(
        session,
        Direction.SYSTEM,
        conversation_id=conversation.id,
        number_id=conversation.number_id,
        author=Author.DESK,
        user_id=by.id if by else None,
        type="system",
        content=told,
        sent_at=time_of(now, now),
        stored_at=now,
    )
    announce(session, Change(EventKind.NOTICE_ADDED, conversation.id, message.id))


def is_ours(message: Message) -> bool:
    """Whether a row across the thread tells of the desk rather than of WhatsApp."""
    return message.author == Author.DESK
