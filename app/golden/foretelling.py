"""What a live run is going to ask, and about what that costs, before any of it is asked."""

from collections.abc import Sequence

from app import clock
from app.assistant.choices import Choice, chosen
from app.assistant.models import ModelPrice, Purpose
from app.assistant.prices import MILLION, cost_of, priced_as, valid_at
from app.assistant.prompt import PROMPT
from app.assistant.replies import CHARACTERS_PER_TOKEN, Usage
from app.db import reading
from app.golden.cases import Golden
from app.golden.trying import Player

TOOLS = 4000  # characters of their descriptions
WRITTEN = 250  # tokens of an answer with its calls, or of a verdict


async def foretold(player: Player, cases: Sequence[Golden]) -> str:
    """One sentence. Nothing is taken to be cached, and no tool to be called: both are small beside what is guessed here."""
    asked = [case for case in cases if not case.left_out(live=player.is_live)]
    judged = [case for case in asked if case.expected.judge]
    async with reading() as session:
        answers = await chosen(session, Purpose.ANSWER, player.desk.provider)
        judge = player.judge or answers
        prices = await valid_at(session, clock.now(), {answers.model, judge.model})
    costs = [cost(asked, answers, prices), cost(judged, judge, prices)]
    times, verdicts = player.trials * len(asked), player.trials * len(judged)
    counted = f"{len(asked)} cases, {player.trials} tries each: {times} answers of {answers.model}"
    counted += f", {verdicts} verdicts of {judge.model}" if verdicts else ""
    if None in costs:
        return f"{counted}; what that costs is not known, for want of a price."
    return f"{counted}; about US$ {player.trials * sum(one or 0 for one in costs) / MILLION:.4f} in all."


def cost(cases: Sequence[Golden], choice: Choice, prices: dict[str, ModelPrice]) -> int | None:
    """Of one try each, in micro-USD; None where the model has no price."""
    price = prices.get(priced_as(choice.model))
    if price is None:
        return None if cases else 0
    return sum(cost_of(Usage(input_tokens=size(case), output_tokens=WRITTEN), price) for case in cases)


def size(case: Golden) -> int:
    """In tokens: the prompt, what the business tells, and what was said."""
    told = [
        PROMPT,
        case.instructions,
        *(one.text for one in case.knowledge),
        *(line.text for line in case.history),
    ]
    return (TOOLS + sum(map(len, told))) // CHARACTERS_PER_TOKEN
