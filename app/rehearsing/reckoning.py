"""What a replay will cost, by what the same answers took then; and what one has cost."""

from collections.abc import Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app import clock
from app.accounts.models import User
from app.assistant.budget import budget_of
from app.assistant.models import ApiCall
from app.assistant.prices import cost_of, priced_as, valid_at
from app.assistant.replies import Usage
from app.installation import installation
from app.rehearsing.remembering import newest_turns

KINDS = ("input", "cache_write_5m", "cache_write_1h", "cache_read", "output")


@dataclass(frozen=True)
class Estimate:
    """`microusd` None: the model has no price. `is_too_much`: more than is left of the budget."""

    answers: int
    tokens: int
    microusd: int | None
    is_too_much: bool


async def estimate(session: AsyncSession, user: User, most: int, model: str, zone: ZoneInfo) -> Estimate:
    """Of the newest answers, as many as that, with that model; those whose calls nobody booked take as much as the others."""
    turns = await newest_turns(session, user, most)
    usages = await usages_of(session, turns)
    booked = len({turn for turn, _usage in usages})
    share = len(turns) / booked if booked else 1
    price = (await valid_at(session, clock.now(), {model})).get(priced_as(model))
    tokens = round(share * sum(usage.prompt_tokens + usage.output_tokens for _turn, usage in usages))
    cost = None if price is None else round(share * sum(cost_of(usage, price) for _turn, usage in usages))
    return Estimate(len(turns), tokens, cost, (cost or 0) > await left_of_budget(session, zone))


async def usages_of(session: AsyncSession, turns: Sequence[int]) -> list[tuple[int, Usage]]:
    calls = await session.scalars(select(ApiCall).where(ApiCall.turn_id.in_(turns)))
    return [
        (call.turn_id, Usage(**{f"{kind}_tokens": getattr(call, f"{kind}_tokens") for kind in KINDS}))
        for call in calls
        if call.turn_id is not None
    ]


async def left_of_budget(session: AsyncSession, zone: ZoneInfo) -> float:
    """In micro-USD."""
    budget = await budget_of(session, await installation(session), zone)
    limits = ((budget.most_a_day, budget.day), (budget.most_a_month, budget.month))
    return min((most - spent for most, spent in limits if most is not None), default=float("inf"))
