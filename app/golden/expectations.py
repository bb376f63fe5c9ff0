"""Whether what came is what was expected: each difference with what came instead."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from app.assistant.foreseen import Ending
from app.assistant.tools.toolbox import Step
from app.conversations.handoff import HandoffReason
from app.golden.cases import Expected
from app.golden.languages import language_of
from app.search.words import folded


@dataclass(frozen=True)
class Miss:
    """`wanted` and `came`: in words, for whoever wrote the case."""

    expectation: str
    wanted: str
    came: str


@dataclass(frozen=True)
class Came:
    """What a try came to. `sources`: titles of the articles that the answer rests on."""

    ending: Ending
    steps: Sequence[Step]
    sources: Sequence[str] = ()

    @property
    def text(self) -> str:
        """All that the customer reads."""
        return "\n".join(self.ending.bubbles)

    @property
    def called(self) -> set[str]:
        """The tools that Claude asked for; what is found before it is asked is none."""
        return {step.tool for step in self.steps if step.given is not None}

    @property
    def worked(self) -> set[str]:
        return {step.tool for step in self.steps if step.given is not None and not step.is_error}


def misses(expected: Expected, came: Came) -> list[Miss]:
    """[] when all is as expected, as far as no judge is needed."""
    return [miss for check in CHECKS for miss in check(expected, came)]


def handoff(expected: Expected, came: Came) -> Iterator[Miss]:
    happened = came.ending.reason is not None
    if expected.handoff is not None and happened != expected.handoff:
        yield Miss("handoff", yes(expected.handoff), told(came))


def reason(expected: Expected, came: Came) -> Iterator[Miss]:
    if expected.reason is not None and came.ending.reason != expected.reason:
        yield Miss("reason", expected.reason, told(came))


def failure(expected: Expected, came: Came) -> Iterator[Miss]:
    """Then people are called too, and nobody has decided that they should be."""
    if came.ending.failure and expected.reason != HandoffReason.CLAUDE_FAILED:
        yield Miss("failure", "none", came.ending.failure)


def held(expected: Expected, came: Came) -> Iterator[Miss]:
    if expected.held is not None and came.ending.is_held != expected.held:
        yield Miss("held", yes(expected.held), told(came))


def silence(expected: Expected, came: Came) -> Iterator[Miss]:
    if expected.silence is not None and came.ending.is_silence != expected.silence:
        yield Miss("silence", yes(expected.silence), told(came))


def tools(expected: Expected, came: Came) -> Iterator[Miss]:
    for name in expected.tools:
        if name in came.called - came.worked:
            yield Miss("tools", name, "its call was refused")
        elif name not in came.worked:
            yield Miss("tools", name, listed(came.called))


def tools_not(expected: Expected, came: Came) -> Iterator[Miss]:
    yield from (
        Miss("tools_not", name, listed(came.called)) for name in expected.tools_not if name in came.called
    )


def must_include(expected: Expected, came: Came) -> Iterator[Miss]:
    yield from (Miss("must_include", one, came.text) for one in expected.must_include if not holds(came, one))


def must_not_include(expected: Expected, came: Came) -> Iterator[Miss]:
    yield from (
        Miss("must_not_include", one, came.text) for one in expected.must_not_include if holds(came, one)
    )


def language(expected: Expected, came: Came) -> Iterator[Miss]:
    found = language_of(came.text)
    if expected.language is not None and found != expected.language:
        yield Miss("language", expected.language, f"{found or 'unknown'}: {came.text}")


def max_chars(expected: Expected, came: Came) -> Iterator[Miss]:
    size = sum(map(len, came.ending.bubbles))
    if expected.max_chars is not None and size > expected.max_chars:
        yield Miss("max_chars", str(expected.max_chars), str(size))


def max_bubbles(expected: Expected, came: Came) -> Iterator[Miss]:
    count = len(came.ending.bubbles)
    if expected.max_bubbles is not None and count > expected.max_bubbles:
        yield Miss("max_bubbles", str(expected.max_bubbles), str(count))


def cites(expected: Expected, came: Came) -> Iterator[Miss]:
    yield from (
        Miss("cites", title, listed(came.sources)) for title in expected.cites if title not in came.sources
    )


CHECKS: Sequence[Callable[[Expected, Came], Iterator[Miss]]] = (
    handoff, reason, failure, held, silence, tools, tools_not, must_include, must_not_include, language, max_chars,
    max_bubbles, cites,
)  # fmt: skip


def holds(came: Came, words: str) -> bool:
    """Whatever the case, the accents and where its lines end; signs of markup count."""
    return plain(words) in plain(came.text)


def plain(text: str) -> str:
    return " ".join(folded(text).split())


def yes(wanted: bool) -> str:
    return "yes" if wanted else "no"


def listed(names: "Sequence[str] | set[str]") -> str:
    return ", ".join(sorted(names) if isinstance(names, set) else names) or "none"


def told(came: Came) -> str:
    """What it came to, in a few words and its own."""
    ending = came.ending
    if ending.is_silence:
        return f"silence: {came.text}"
    if ending.reason is None:
        return f"answered: {came.text}"
    why = f"{ending.reason} ({ending.failure})" if ending.failure else str(ending.reason)
    held_back = f", held back: {ending.briefing.suggestion}" if ending.is_held else ""
    return f"people were called, {why}{held_back}: {came.text}"
