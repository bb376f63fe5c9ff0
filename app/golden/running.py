"""All cases, one after the other, in a database of their own that is thrown away."""

from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack

from app.golden.cases import Golden
from app.golden.foretelling import foretold
from app.golden.report import lines_of
from app.golden.trying import Player, Result, Script, live, offline
from app.knowledge.embedders.embedder import choosing, embedder_of
from app.knowledge.evaluation import base_of_its_own
from app.settings import Settings, WrongSettings

Say = Callable[[str], object]
NOBODY = (
    "Nobody can be asked: set ANTHROPIC_API_KEY, VERTEX_PROJECT or ANTHROPIC_BASE_URL, or leave --live out."
)


async def run_offline(
    cases: Sequence[Golden],
    settings: Settings,
    played: AbstractAsyncContextManager[tuple[str, Script]],
    say: Say,
) -> list[Result]:
    """Claude does what each case's script says; the knowledge is searched by words alone, so the same comes each time."""
    async with AsyncExitStack() as stack:
        for place in (base_of_its_own(), choosing(None)):
            await stack.enter_async_context(place)
        address, script = await stack.enter_async_context(played)
        player = await stack.enter_async_context(offline(settings, address, script))
        return await play(player, cases, say)


async def run_live(cases: Sequence[Golden], settings: Settings, trials: int, say: Say) -> list[Result]:
    """Raises WrongSettings, Unreachable or EmbedderFailed."""
    if not settings.names_claude:
        raise WrongSettings(NOBODY)
    async with base_of_its_own(), choosing(embedder_of(settings)), live(settings, trials) as player:
        say(await foretold(player, cases))
        return await play(player, cases, say)


async def play(player: Player, cases: Sequence[Golden], say: Say) -> list[Result]:
    """What stands in a prompt is cached for the next try, and nobody is asked too much at once."""
    results = []
    for case in cases:
        results.append(await player.play(case))
        for line in lines_of(results[-1]):
            say(line)
    return results
