"""What a replay comes to, all its cases together."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.rehearsing.models import Outcome, ReplayCase

HANDOVERS = (Outcome.HANDS_OVER, Outcome.ANSWERS, Outcome.HELD)  # those in which it is another who answers
NEITHER = (Outcome.FAILED, Outcome.GONE)  # those that say nothing of what was tried


@dataclass(frozen=True)
class Totals:
    """Of pairs the first is then, the second now. `lengths`: characters of an answer, on average; `microusd` None: something
    of it has no price. Answers that failed, or are gone, count in `outcomes` alone."""

    outcomes: Counter[str]
    handovers: tuple[int, int]
    lengths: tuple[int, int]
    microusd: tuple[int | None, int | None]
    tokens: tuple[int, int]

    @property
    def different(self) -> int:
        return sum(count for outcome, count in self.outcomes.items() if is_different(outcome))


def is_different(outcome: str) -> bool:
    return outcome not in (Outcome.SAME, *NEITHER)


def totals_of(cases: Iterable[ReplayCase]) -> Totals:
    done = [case for case in cases if case.outcome is not None]
    told = [(case.was, case.became) for case in done if case.outcome not in NEITHER and case.became]
    then, now = [was for was, _became in told], [became for _was, became in told]
    return Totals(
        Counter(str(case.outcome) for case in done),
        (handovers(then), handovers(now)),
        (length(then), length(now)),
        (cost(then), cost(now)),
        (tokens(then), tokens(now)),
    )


Sides = Sequence[dict[str, object]]


def handovers(sides: Sides) -> int:
    return sum(side["reason"] is not None for side in sides)


def length(sides: Sides) -> int:
    return round(sum(len(str(side["words"])) for side in sides) / len(sides)) if sides else 0


def cost(sides: Sides) -> int | None:
    costs = [side["microusd"] for side in sides]
    return None if None in costs else sum(int(str(one)) for one in costs)


def tokens(sides: Sides) -> int:
    return sum(int(str(side["prompt_tokens"])) + int(str(side["output_tokens"])) for side in sides)


async def different_by_replay(session: AsyncSession, replay_ids: Sequence[int]) -> dict[int, int]:
    """How many answers of each are other ones than then."""
    counted = (
        select(ReplayCase.replay_id, func.count())
        .where(
            ReplayCase.replay_id.in_(replay_ids),
            ReplayCase.outcome.not_in((Outcome.SAME, *NEITHER)),
        )
        .group_by(ReplayCase.replay_id)
    )
    return {row[0]: row[1] for row in await session.execute(counted)}
