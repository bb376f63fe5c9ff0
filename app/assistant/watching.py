"""Beside a turn that is being written: keeps its lease and its draft, and ends it once it is not wanted."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeVar

from sqlalchemy.ext.asyncio import AsyncSession

from app import jobs
from app.assistant import turns
from app.assistant.desk import Desk, Pace
from app.assistant.run import Run, Verdict, verdict_on
from app.db import reading, transaction
from app.jobs import Claim
from app.live.bell import Bell, bell

log = logging.getLogger(__name__)

Work = TypeVar("Work")


@dataclass(frozen=True)
class Watched:
    """What is being written. `verdict`: None while it may go on. `grow` shows a text, False when it is over.

    `show_typing` runs beside it, if anything does.
    """

    verdict: Callable[[AsyncSession], Awaitable[Verdict | None]]
    grow: Callable[[str], Awaitable[bool]]
    show_typing: Callable[[], Coroutine[Any, Any, None]] | None = None


def turn_of(run: Run, desk: Desk) -> Watched:
    """A turn: the customer sees "typing…" as long as it runs."""

    async def show_typing() -> None:
        try:
            while True:
                await desk.show_typing(run.number, run.waiting.wamid or "")
                await asyncio.sleep(desk.pace.typing)
        except Exception as problem:  # a courtesy: its failure never fails the turn
            told = {"conversation": run.conversation_id, "fault": type(problem).__name__}
            log.warning("typing was not shown", extra=told)

    is_shown = run.number.marks_read != "never" and run.waiting.wamid is not None
    verdict, grow = partial(verdict_on, run=run), partial(turns.grow, run.turn_id)
    return Watched(verdict, grow, show_typing if is_shown else None)


class Watch:
    """Runs a piece of work for as long as it is ours and wanted."""

    def __init__(self, claim: Claim, watched: Watched, pace: Pace) -> None:
        self._claim, self._watched, self._pace = claim, watched, pace
        self._text = ""
        self._grew = Bell()
        self._over: asyncio.Future[Verdict | None] = asyncio.get_running_loop().create_future()

    @property
    def text(self) -> str:
        """What has been written so far."""
        return self._text

    def draft(self, text: str) -> None:
        """What Claude has written so far; shown to the attendants soon."""
        self._text = text
        self._grew.ring()

    async def over(self, work: Coroutine[Any, Any, Work]) -> Work | Verdict:
        """The work's result, or why it was ended before it had one."""
        task = asyncio.create_task(work)
        courtesies = [asyncio.create_task(show()) for show in (self._watched.show_typing,) if show]
        beside = (self._keep_lease(), self._look(), self._show_draft(), self._heed_leaving())
        guards = [asyncio.create_task(guard) for guard in beside]
        waits: set[asyncio.Future[Any]] = {task, self._over, *guards}
        try:
            await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        finally:
            verdict = self._over.result() if self._over.done() else None
            self._end(None)
            task.cancel()
            for courtesy in courtesies:
                courtesy.cancel()
            # The guards are asked to end, never cancelled: they may be in the middle of a transaction.
            ended = await asyncio.gather(*guards, return_exceptions=True)
            await asyncio.gather(task, *courtesies, return_exceptions=True)
        for problem in ended:
            if problem is not None:
                raise problem
        return verdict or task.result()

    def _end(self, verdict: Verdict | None) -> None:
        if not self._over.done():
            self._over.set_result(verdict)

    async def _is_over_within(self, seconds: float, bell: "asyncio.Future[None] | None" = None) -> bool:
        """Wait for the end, for a bell, or for the time to pass; whether it was the end."""
        waits: set[asyncio.Future[Any]] = {self._over} if bell is None else {self._over, bell}
        await asyncio.wait(waits, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
        return self._over.done()

    async def _keep_lease(self) -> None:
        while not await self._is_over_within(self._pace.renew):
            async with transaction() as session:
                if not await jobs.renew(session, self._claim):
                    self._end(Verdict.LOST)

    async def _heed_leaving(self) -> None:
        """The process stops: another worker shall answer, and not only when our lease has run out."""
        leaving = asyncio.create_task(self._claim.leaving.wait())
        waits: set[asyncio.Future[Any]] = {leaving, self._over}
        await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        if leaving.done():
            self._end(Verdict.LOST)
        leaving.cancel()

    async def _look(self) -> None:
        """Look whenever something changed anywhere, and once in a while in case nobody heard the bell."""
        pace = self._pace
        while True:
            rung = bell.next()  # before looking: a ring meanwhile must not be missed
            async with reading() as session:
                verdict = await self._watched.verdict(session)
            if verdict is not None:
                self._end(verdict)
            if await self._is_over_within(pace.look, rung) or await self._is_over_within(pace.between_looks):
                return

    async def _show_draft(self) -> None:
        """The first piece at once, then what has grown at most so often."""
        shown = ""
        while True:
            grew = self._grew.next()
            if self._text == shown:
                if await self._is_over_within(self._pace.look, grew):
                    return
                continue
            shown = self._text
            if not await self._watched.grow(shown):
                self._end(Verdict.STOPPED)
            if await self._is_over_within(self._pace.grow):
                return
