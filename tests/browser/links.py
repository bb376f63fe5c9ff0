"""What may lie between a browser and the program: nothing, a proxy that collects, one that cuts, a server that restarts."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import pytest

from tests.actors import Program
from tests.browser.collecting_proxy import collecting_proxy
from tests.browser.wire import wire

LINKS = ("direct", "collecting", "cutting", "restarting")
CUT_AFTER_SECONDS = 5.0

# Every browser test runs directly, on both engines. These run through more than that by default, on SQLite alone;
# `pytest tests/browser --browser-link=cutting` takes all of them through one.
both_transports = pytest.mark.through("collecting")
every_link = pytest.mark.through("collecting", "cutting", "restarting")


@dataclass
class Link:
    """One of LINKS. `program`: what is restarted on the way; None leaves it alone."""

    name: str
    program: Program | None = None
    _restart: asyncio.Task[None] | None = None

    @property
    def loses(self) -> bool:
        """Whether a request may get lost here, so that a person has to ask again."""
        return self.name in ("cutting", "restarting")

    @property
    def is_collecting(self) -> bool:
        return self.name == "collecting"

    async def tab_is_connected(self) -> None:
        """The moment at which the server goes down: what the test does next finds it stopping, gone or starting."""
        if self.program is not None and (self._restart is None or self._restart.done()):
            self._restart = asyncio.create_task(self.program.restart())
            await asyncio.sleep(0)  # it has begun: who is no browser waits from here on

    async def is_up(self) -> None:
        if self._restart is not None:
            await self._restart


def not_through(*links: str, reason: str) -> pytest.MarkDecorator:
    """What a test claims cannot be seen through these links."""
    return pytest.mark.not_through(*links, reason=reason)


def parametrize(metafunc: pytest.Metafunc) -> None:
    """One case for each engine directly, and one on SQLite for each further link of this test."""
    asked = metafunc.config.getoption("browser_link", None)
    further = [link for mark in metafunc.definition.iter_markers("through") for link in mark.args]
    cases = [("sqlite", "direct"), ("postgres", "direct"), *(("sqlite", link) for link in further)]
    if asked:
        cases = [("sqlite", asked)]
    cases_of_it = pytest.mark.parametrize(
        ("engine", "link"),
        [
            pytest.param(*case, marks=marks_of(metafunc.definition, *case), id="-".join(case))
            for case in cases
        ],
        indirect=["engine"],
    )
    metafunc.definition.add_marker(cases_of_it)  # a mark takes the place of the fixture's own engines


def marks_of(test: pytest.Item, engine: str, link: str) -> list[pytest.MarkDecorator]:
    reasons = [mark.kwargs["reason"] for mark in test.iter_markers("not_through") if link in mark.args]
    marks = [pytest.mark.skip(reason=f"not through {link}: {reason}") for reason in reasons]
    return marks + ([pytest.mark.postgres] if engine == "postgres" else [])


@asynccontextmanager
async def fronted(link: str, upstream: str) -> AsyncIterator[str]:
    """The address for browsers: the upstream's own, or that of a proxy."""
    if link == "collecting":
        async with collecting_proxy(upstream) as address:
            yield address
    elif link == "cutting":
        async with wire(upstream, cut_after_seconds=CUT_AFTER_SECONDS) as cutting:
            yield cutting.address
    else:
        yield upstream
