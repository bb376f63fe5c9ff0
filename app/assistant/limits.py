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
    here = await installation(session)
    if here.claude_trouble is not None:
        return HandoffReason.CLAUDE_FAILED
    if (await budget_of(session, here, zone)).is_spent:
        return HandoffReason.BUDGET_SPENT
    if await answers_today(session, conversation.contact_id, zone) >= here.answers_per_day:
        return HandoffReason.TOO_MANY_ANSWERS
    return None
