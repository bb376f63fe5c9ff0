"""Why Claude may not begin although it could: no money, no key that works, or too much for one person today."""

from contextlib import suppress
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncSession

from app import clock
from app.assistant.budget import answers_today, budget_of
from app.assistant.farewell import farewell
from app.conversations import handoff, outgoing, replying
from app.conversations.handoff import HandoffReason
from app.conversations.models import Author, Conversation
from app.errors import Invalid
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


async def decline(
    session: AsyncSession, conversation: Conversation, reason: HandoffReason, zone: ZoneInfo
) -> None:
    """The customer hears that a person will answer, and people are called; no turn begins."""
    with suppress(Invalid):
        for bubble in await farewell(session, (), "", zone, clock.now()):
            await replying.put(session, conversation, outgoing.text(bubble), author=Author.CLAUDE)
    await handoff.hand_over(session, conversation, reason)
