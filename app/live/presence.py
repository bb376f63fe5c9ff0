"""Which browsers have a tab open, so that nobody is called twice: told to all processes by a time in their sign-in."""

import asyncio
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from sqlalchemy import update

from app import clock
from app.accounts.models import SignIn
from app.db import is_outage, reading, transaction
from app.live.stopping import stopping
from app.push.calling import ANYBODY

TICK_SECONDS = 1.0
NOTED_EVERY_SECONDS = 20.0  # less than calling.LISTENS_FOR
GONE_AFTER_SECONDS = 2.0  # between two polls, and while a page reloads, nobody has left


class Presence:
    """The live connections of this process, by sign-in. Nothing is written down while nobody at all can be called."""

    def __init__(self) -> None:
        self._open: Counter[int] = Counter()
        self._noted_at: dict[int, float] = {}
        self._left_at: dict[int, float] = {}

    @contextmanager
    def of(self, sign_in_id: int) -> Iterator[None]:
        """This browser listens while the block lasts."""
        self._open[sign_in_id] += 1
        self._left_at.pop(sign_in_id, None)
        try:
            yield
        finally:
            self._open[sign_in_id] -= 1
            if not self._open[sign_in_id]:
                del self._open[sign_in_id]
                self._left_at[sign_in_id] = now()

    async def run(self) -> None:
        """Until the server stops."""
        while not stopping.is_set():
            await stopping.or_until(asyncio.get_running_loop().create_future(), TICK_SECONDS)
            try:
                await self.note()
            except Exception as fault:
                if not is_outage(fault):
                    raise

    async def note(self) -> None:
        moment = now()
        long_ago = moment - NOTED_EVERY_SECONDS
        here = [one for one in self._open if self._noted_at.get(one, long_ago) <= long_ago]
        gone = [one for one, at in self._left_at.items() if at <= moment - GONE_AFTER_SECONDS]
        if here or gone:
            await write(here, gone)
        for one in gone:
            self._left_at.pop(one, None)
            self._noted_at.pop(one, None)
        self._noted_at |= dict.fromkeys(here, moment)


async def write(here: Sequence[int], gone: Sequence[int]) -> None:
    async with reading() as session:
        if not (await session.execute(ANYBODY)).scalar_one():
            return
    async with transaction() as session:
        for ids, at in ((here, clock.now()), (gone, None)):
            if ids:
                await session.execute(update(SignIn).where(SignIn.id.in_(ids)).values(listened_at=at))


def now() -> float:
    return asyncio.get_running_loop().time()
