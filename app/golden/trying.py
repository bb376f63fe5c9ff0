"""A case played as often as wanted, each time through the real pipeline, and compared with what is expected."""

from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from typing import Any, Protocol

from app.assistant.choices import Choice, chosen
from app.assistant.claude import Claude, claude_from
from app.assistant.desk import Desk, Pace
from app.assistant.models import Purpose
from app.assistant.tools.knowing import LONGEST_QUESTION
from app.assistant.trying import try_connection
from app.db import reading
from app.golden import expectations, house, judging
from app.golden.cases import Golden
from app.golden.expectations import Came, Miss
from app.golden.judging import Verdict
from app.knowledge import articles, retrieval
from app.rehearsing.rehearsal import Rehearsed, rehearse
from app.settings import Settings

AT_ONCE = Pace(before_retry=0.0)  # nobody is overloaded in a script


class Unreachable(Exception):
    """The model cannot be asked; the message is a failure's name."""


class Script(Protocol):
    """Claude, played: it does what it was told, and tells how often it was asked since."""

    def tell(self, wishes: Sequence[dict[str, Any]]) -> None: ...

    @property
    def asked(self) -> int: ...


@dataclass(frozen=True)
class Try:
    made: Rehearsed
    misses: Sequence[Miss]
    verdict: Verdict | None = None

    @property
    def is_ok(self) -> bool:
        return not self.misses


@dataclass(frozen=True)
class Result:
    """A case and its tries; none where it was left out, for the reason in `left_out`."""

    case: Golden
    tries: Sequence[Try] = ()
    left_out: str = ""

    @property
    def passed(self) -> int:
        return sum(one.is_ok for one in self.tries)


@dataclass(frozen=True)
class Player:
    """How cases are played. `simple`: the desk of those that want the simple mode. `judge`: the model that judges;
    `script`: who plays Claude offline."""

    desk: Desk
    simple: Desk
    trials: int = 1
    judge: Choice | None = None
    script: Script | None = None

    @property
    def is_live(self) -> bool:
        return self.script is None

    async def play(self, case: Golden) -> Result:
        """Raises EmbedderFailed."""
        if why := case.left_out(live=self.is_live):
            return Result(case, left_out=why)
        await house.furnish(case)
        with house.time_of(case, self.desk.settings.zone):
            return Result(case, [await self.one(case) for _ in range(self.trials)])

    async def one(self, case: Golden) -> Try:
        if self.script is not None:
            self.script.tell([one.wish for one in case.script or ()])
        made = await rehearse(house.scene_of(case), self.simple if case.settings.simple_mode else self.desk)
        came = Came(made.ending, made.steps, await sources_of(case, made))
        found = [*expectations.misses(case.expected, came), *self.unlike_script(case)]
        if not (case.expected.judge and self.judge):
            return Try(made, found)
        verdict = await judging.judge(case, came, self.desk, self.judge)
        if not verdict.passes:
            came_to = f"no verdict: {verdict.failure}" if verdict.failure else f"{verdict.why} ({came.text})"
            found.append(Miss("judge", case.expected.judge, came_to))
        return Try(made, found, verdict)

    def unlike_script(self, case: Golden) -> Sequence[Miss]:
        """Claude has to be asked as often as it has something to say: else nobody knows what was answered."""
        rounds = len(case.script or ())
        if self.script is None or self.script.asked == rounds:
            return ()
        return [Miss("script", f"{rounds} rounds", f"Claude was asked {self.script.asked} times")]


async def sources_of(case: Golden, made: Rehearsed) -> Sequence[str]:
    """The articles that Claude quoted; where it quoted none, or could not, those to which the answer's own words lead
    before any other, as many as are expected."""
    wanted = len(case.expected.cites)
    if not wanted or not made.ending.bubbles:
        return ()
    async with reading() as session:
        if quoted := {one.article_id for one in made.ending.quotes}:
            return [one.title for one in await articles.all_of_them(session) if one.id in quoted]
    async with reading() as session:
        found = await retrieval.search(session, "\n".join(made.ending.bubbles)[:LONGEST_QUESTION])
    return list(dict.fromkeys(one.title for one in found))[:wanted]


@asynccontextmanager
async def offline(settings: Settings, address: str, script: Script) -> AsyncIterator[Player]:
    """Claude is played at this address, and asked as Anthropic's own servers are."""
    async with AsyncExitStack() as stack:
        full, simple = (
            Claude(api_key="played", base_url=address, model=settings.claude_model, is_simple=is_simple)
            for is_simple in (False, True)
        )
        for provider in (full, simple):
            stack.push_async_callback(provider.close)
        desk = Desk(settings, full, pace=AT_ONCE)
        yield Player(desk, replace(desk, provider=simple), script=script)


@asynccontextmanager
async def live(settings: Settings, trials: int) -> AsyncIterator[Player]:
    """The model that the environment names. Raises Unreachable when it cannot be asked."""
    provider = claude_from(settings)
    try:
        tried = await try_connection(provider, provider.model)
        if not tried.works:
            raise Unreachable(tried.failure)
        async with reading() as session:
            judge = await chosen(session, Purpose.JUDGE, provider)
        desk = Desk(settings, provider)
        yield Player(desk, desk, trials, judge)
    finally:
        await provider.close()
