"""What whoever asked reads: a line for each case, what was missed, and the figures; or all of it as JSON."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from typing import Any

from app.golden.figures import Figures, Spent, figures, pass_hat
from app.golden.trying import Result, Try

LONGEST = 300  # characters of what came
MILLION = 1_000_000


def lines_of(result: Result) -> Iterator[str]:
    """ "ok", "failed" or how many tries passed; below it each thing that was missed, once."""
    if result.left_out:
        yield f"–       {result.case.name} (left out: {result.left_out})"
        return
    passed, tries = result.passed, len(result.tries)
    word = "ok" if passed == tries else "failed" if tries == 1 else f"{passed} of {tries}"
    yield f"{word:<7} {result.case.name}"
    missed = [miss for one in result.tries for miss in one.misses]
    for miss in dict.fromkeys(missed):
        times = f" ({missed.count(miss)} times)" if tries > 1 and missed.count(miss) > 1 else ""
        yield f"        {miss.expectation}: wanted {shown(miss.wanted)}; came {shown(miss.came)}{times}"


def summary(told: Figures, *, live: bool) -> Iterator[str]:
    """What Claude's answers took is only told of real ones."""
    left_out = f", {told.left_out} left out" if told.left_out else ""
    yield f"{told.cases} cases: {told.passed} ok, {told.cases - told.passed} failed{left_out}"
    for k, value in told.pass_hat.items():
        yield f"pass@1 {value:.3f}" if k == 1 else f"pass^{k} {value:.3f}"
    yield f"hand-over: precision {share(told.precision)}, recall {share(told.recall)}"
    yield f"answered without people: {share(told.contained)}"
    yield f"grounded: {share(told.grounded)} of {told.weighed} answers that were weighed"
    if told.characters is not None:
        yield f"an answer: {round(told.characters)} characters on average"
    if live and told.milliseconds is not None:
        yield f"time: {round(told.milliseconds)} ms on average, at most {told.milliseconds_p95} ms for 95 of 100"
    if live:
        yield f"cost: {money(told.spent)}"
        yield f"cost of judging: {money(told.judge_spent)}"


def as_json(results: Sequence[Result], *, live: bool) -> str:
    told = {
        "live": live,
        "cases": [case_of(one) for one in results],
        "figures": asdict(figures(results)),
    }
    return json.dumps(told, ensure_ascii=False, indent=1, default=str)


def case_of(result: Result) -> dict[str, Any]:
    tries = len(result.tries)
    return {
        "name": result.case.name,
        "left_out": result.left_out,
        "passed": result.passed,
        "tries": [try_of(one) for one in result.tries],
        "pass_hat": {k: pass_hat(result.passed, tries, k) for k in range(1, tries + 1)},
    }


def try_of(one: Try) -> dict[str, Any]:
    verdict = one.verdict
    judged = None
    if verdict:
        spent = sum(call.cost_microusd or 0 for call in verdict.calls)
        judged = {
            "passes": verdict.passes,
            "grounded": verdict.is_grounded,
            "why": verdict.why,
            "failure": verdict.failure,
            "microusd": spent,
        }
    return {
        "ok": one.is_ok,
        "missed": [asdict(miss) for miss in one.misses],
        "judged": judged,
        **one.made.as_json(),
    }


def shown(text: str) -> str:
    """In one line, cut short, and without what could move the cursor of whoever reads it."""
    line = " ".join("".join(sign if sign.isprintable() else " " for sign in text).split())
    return f'"{line}"' if len(line) <= LONGEST else f'"{line[:LONGEST]}…"'


def share(value: float | None) -> str:
    return "–" if value is None else f"{value:.3f}"


def money(spent: Spent) -> str:
    unpriced = f", {spent.unpriced} of the calls without a price" if spent.unpriced else ""
    tokens = f"{spent.prompt_tokens} tokens read, {spent.output_tokens} written"
    return f"US$ {spent.microusd / MILLION:.4f} for {spent.calls} calls ({tokens}{unpriced})"
