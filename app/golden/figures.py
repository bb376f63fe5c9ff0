"""What all tries together say: how often a case is passed, and passed each time; who was called, and what it took."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import ceil, comb

from app.assistant.models import ApiCall
from app.golden.trying import Result, Try


@dataclass(frozen=True)
class Spent:
    """What calls took. `unpriced`: those of models without a price."""

    calls: int
    microusd: int
    unpriced: int
    prompt_tokens: int
    output_tokens: int


@dataclass(frozen=True)
class Figures:
    """Shares are from 0 to 1, None where nothing was to be counted. `pass_hat`: by k, the mean over the cases of how
    probably k tries in a row pass. `grounded` of `weighed` answers. `characters`: of an answer, on average."""

    cases: int
    passed: int
    left_out: int
    pass_hat: Mapping[int, float]
    precision: float | None
    recall: float | None
    contained: float | None
    grounded: float | None
    weighed: int
    characters: float | None
    milliseconds: float | None
    milliseconds_p95: int | None
    spent: Spent
    judge_spent: Spent


def figures(results: Sequence[Result]) -> Figures:
    played = [one for one in results if one.tries]
    tries = [(one, attempt) for one in played for attempt in one.tries]
    grounds = [ground for one, attempt in tries if (ground := is_grounded(one, attempt)) is not None]
    answers = [sum(map(len, attempt.made.ending.bubbles)) for _, attempt in tries if is_contained(attempt)]
    took = sorted(
        sum(call.latency_ms for call in attempt.made.calls) for _, attempt in tries if attempt.made.calls
    )
    judged = [call for _, attempt in tries if attempt.verdict for call in attempt.verdict.calls]
    return Figures(
        cases=len(played),
        passed=sum(one.passed == len(one.tries) for one in played),
        left_out=len(results) - len(played),
        pass_hat=pass_hats(played),
        precision=handoffs(tries, lambda wanted, happened: happened),
        recall=handoffs(tries, lambda wanted, happened: wanted),
        contained=mean([is_contained(attempt) for _, attempt in tries]),
        grounded=mean(grounds),
        weighed=len(grounds),
        characters=mean(answers),
        milliseconds=mean(took),
        milliseconds_p95=took[ceil(len(took) * 0.95) - 1] if took else None,
        spent=spent_on(call for _, attempt in tries for call in attempt.made.calls),
        judge_spent=spent_on(judged),
    )


def pass_hat(passed: int, tries: int, k: int) -> float:
    """How probably k tries all pass, where `passed` of `tries` did: the share of all choices of k among them that have
    nothing but passes, which is the unbiased estimate."""
    return comb(passed, k) / comb(tries, k)


def pass_hats(played: Sequence[Result]) -> dict[int, float]:
    most = min((len(one.tries) for one in played), default=0)
    return {
        k: sum(pass_hat(one.passed, len(one.tries), k) for one in played) / len(played)
        for k in range(1, most + 1)
    }


def handoffs(tries: Sequence[tuple[Result, Try]], counts: Callable[[bool, bool], bool]) -> float | None:
    """Of the tries that count, by whether people were wanted and called: how many are both. Where Claude failed nobody
    decided anything."""
    pairs = [
        (one.case.expected.handoff, attempt.made.ending.reason is not None)
        for one, attempt in tries
        if one.case.expected.handoff is not None and not attempt.made.ending.failure
    ]
    return mean([wanted and happened for wanted, happened in pairs if counts(bool(wanted), happened)])


def is_contained(attempt: Try) -> bool:
    """Whether Claude answered, and nobody else has to."""
    ending = attempt.made.ending
    return ending.are_claudes_words and ending.reason is None


def is_grounded(one: Result, attempt: Try) -> bool | None:
    """Of an answer of Claude's: as the judge says it, else whether it rests on the articles that were expected.
    None where neither was asked."""
    if not is_contained(attempt):
        return None
    if attempt.verdict and attempt.verdict.is_grounded is not None:
        return attempt.verdict.is_grounded
    if not one.case.expected.cites:
        return None
    return all(miss.expectation != "cites" for miss in attempt.misses)


def mean(values: Sequence[float]) -> float | None:
    return sum(values) / len(values) if values else None


def spent_on(calls: Iterable[ApiCall]) -> Spent:
    calls = list(calls)
    written = sum(call.cache_write_5m_tokens + call.cache_write_1h_tokens for call in calls)
    return Spent(
        calls=len(calls),
        microusd=sum(call.cost_microusd or 0 for call in calls),
        unpriced=sum(call.cost_microusd is None for call in calls),
        prompt_tokens=sum(call.input_tokens + call.cache_read_tokens for call in calls) + written,
        output_tokens=sum(call.output_tokens for call in calls),
    )
