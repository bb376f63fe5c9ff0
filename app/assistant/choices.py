"""Which model serves which purpose, and how hard it thinks: an admin's choice, else what is proposed."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.assistant.claude import COMPATIBLE, EFFORT, LEAST_THINKING, Claude
from app.assistant.models import ModelChoice, Purpose

EFFORTS = (LEAST_THINKING, "low", "medium", "high", "xhigh", "max")
CHOSEN_FOR = (Purpose.ANSWER, Purpose.HELP, Purpose.PANE, Purpose.JUDGE)


@dataclass(frozen=True)
class Choice:
    """`effort`: one of EFFORTS; models that know none are not told."""

    model: str
    effort: str


PROPOSED = {
    Purpose.HELP: Choice("claude-sonnet-5-5", "low"),
    Purpose.PANE: Choice("claude-sonnet-5-5", "low"),
    Purpose.JUDGE: Choice("claude-haiku-5-5", LEAST_THINKING),
}


def proposed(purpose: Purpose, provider: Claude) -> Choice:
    """Other servers have one model, the one that the environment names."""
    if purpose in PROPOSED and provider.kind != COMPATIBLE:
        return PROPOSED[purpose]
    return Choice(provider.model, EFFORT)


async def chosen(session: AsyncSession, purpose: Purpose, provider: Claude) -> Choice:
    """For `Request(…, model=choice.model, effort=choice.effort)`."""
    kept = await session.get(ModelChoice, purpose)
    return Choice(kept.model, kept.effort) if kept else proposed(purpose, provider)


async def all_chosen(session: AsyncSession, provider: Claude) -> dict[Purpose, Choice]:
    kept = {one.purpose: Choice(one.model, one.effort) for one in await session.scalars(select(ModelChoice))}
    return {purpose: kept.get(purpose) or proposed(purpose, provider) for purpose in CHOSEN_FOR}


async def choose(session: AsyncSession, purpose: Purpose, wanted: Choice, provider: Claude) -> None:
    """What is proposed is not stored: it may change with the environment."""
    kept = await session.get(ModelChoice, purpose)
    if wanted == proposed(purpose, provider):
        if kept is not None:
            await session.delete(kept)
    elif kept is None:
        session.add(ModelChoice(purpose=purpose, model=wanted.model, effort=wanted.effort))
    else:
        kept.model, kept.effort = wanted.model, wanted.effort
    await session.flush()
