"""How much Claude may cost: in a day and in a month, and how often it may answer one person."""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import case, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from app import clock
from app.assistant.models import ApiCall, Turn, TurnState
from app.conversations.models import Conversation
from app.installation import Installation, installation
from app.months import begin_of, month_of

WARNED_AT_PERCENT = 80


@dataclass(frozen=True)
class Budget:
    """What today and this month have cost and may cost, in micro-USD; None: as much as it does."""

    day: int
    month: int
    most_a_day: int | None
    most_a_month: int | None

    @property
    def percent(self) -> int:
        """How much of the one that is nearer to its end."""
        pairs = ((self.day, self.most_a_day), (self.month, self.most_a_month))
        return max(
            (100 * spent // most if most else 100 for spent, most in pairs if most is not None), default=0
        )

    @property
    def is_spent(self) -> bool:
        return self.percent >= 100

    @property
    def is_nearly_spent(self) -> bool:
        return self.percent >= WARNED_AT_PERCENT


async def budget_of(session: AsyncSession, here: Installation, zone: ZoneInfo) -> Budget:
    """Asks the ledger only where there is a limit."""
    limits = here.budget_day_microusd, here.budget_month_microusd
    if limits == (None, None):
        return Budget(0, 0, *limits)
    today = clock.today(zone)
    since = month_of(today, zone).begins_at
    of_today = case((ApiCall.began_at >= begin_of(today, zone), ApiCall.cost_microusd), else_=0)
    sums = select(
        func.coalesce(func.sum(of_today), 0), func.coalesce(func.sum(ApiCall.cost_microusd), 0)
    ).where(ApiCall.began_at >= since)
    day, month = (await session.execute(sums)).one()
    return Budget(int(day), int(month), *limits)


@dataclass(frozen=True)
class Alert:
    """`trouble`: the failure for which Claude is switched off, if it is."""

    trouble: str | None
    budget: Budget


async def alert(session: AsyncSession, zone: ZoneInfo) -> Alert | None:
    """What somebody should see to; None when all is well."""
    here = await installation(session)
    found = Alert(here.claude_trouble, await budget_of(session, here, zone))
    return found if found.trouble or found.budget.is_nearly_spent else None


async def answers_today(session: AsyncSession, contact_id: int, zone: ZoneInfo) -> int:
    """How often Claude has answered this person since midnight, at whichever number."""
    since: datetime = begin_of(clock.today(zone), zone)
    answered = (
        select(func.count())
        .select_from(Turn)
        .join(Conversation, Conversation.id == Turn.conversation_id)
        .where(
            Conversation.contact_id == contact_id,
            Turn.state.in_((TurnState.ANSWERED, TurnState.HANDED_OVER)),
            Turn.started_at >= since,
        )
    )
    return (await session.execute(answered)).scalar_one()
