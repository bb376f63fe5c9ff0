"""What is unread, per attendant: the badge of a row and the number in the title."""

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.models import User
from app.attention.models import ReadCursor
from app.conversations.models import Conversation, Mode


def unread_count() -> ColumnElement[int]:
    """How many inbound messages of a conversation lie behind the joined cursor."""
    return Conversation.inbound_count - func.coalesce(ReadCursor.inbound_seen, 0)


def cursor_of(user_id: int) -> ColumnElement[bool]:
    return and_(ReadCursor.conversation_id == Conversation.id, ReadCursor.user_id == user_id)


async def conversations_to_look_at(session: AsyncSession, user: User) -> int:
    """The N of `(N) Recado`: conversations with something unread that are this attendant's or nobody's.

    Those that Claude is handling count too, unless the attendant silenced them.
    """
    counted = (
        select(func.count())
        .select_from(Conversation)
        .outerjoin(ReadCursor, cursor_of(user.id))
        .where(
            Conversation.last_inbound_position > func.coalesce(ReadCursor.position, 0),
            or_(Conversation.assignee_id.is_(None), Conversation.assignee_id == user.id),
        )
    )
    if user.silences_claude:
        counted = counted.where(Conversation.mode != Mode.CLAUDE)
    return (await session.execute(counted)).scalar_one()


def concerns(user: User, conversation: Conversation) -> bool:
    """Whether a new message here is this attendant's to look at."""
    if user.silences_claude and conversation.mode == Mode.CLAUDE:
        return False
    return conversation.assignee_id in (None, user.id)
