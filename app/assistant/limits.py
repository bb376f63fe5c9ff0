"""Why Claude may not begin although it could: no money, no key that works, or too much for one person today."""

from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncSession

from app.assistant.budget import answers_today, budget_of
from app.conversations.handoff import HandoffReason
from app.conversations.models import Conversation
from app.installation import installation


async def reason_to_decline(
    session: AsyncSession, conversation: Conversation, zone: ZoneInfo
) -> HandoffReason | None:
    """None when Claude may begin."""
    if (reason := await reason_to_ask_nothing(session, zone)) is not None:
        return reason
    here = await installation(session)
    if await answers_today(session, conversation.contact_id, zone) >= here.answers_per_day:
        return HandoffReason.TOO_MANY_ANSWERS
    return None


async def reason_to_ask_nothing(session: AsyncSession, zone: ZoneInfo) -> HandoffReason | None:
    """Why no call at all is to be made now, whoever asks for it."""
    here = await installation(session)
    if here.claude_trouble is not None:
        return HandoffReason.CLAUDE_FAILED
    return HandoffReason.BUDGET_SPENT if (await budget_of(session, here, zone)).is_spent else None
