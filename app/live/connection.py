"""One reader's cursor over the ring: both transports ask it for what is new, in the same bytes with the same cursor."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from zoneinfo import ZoneInfo

from app import clock
from app.live.asked import Asked
from app.live.fragments import Fragments, Reader
from app.live.ring import Ring
from app.live.standing import Standing

LARGEST_ANSWER = 256 * 1024  # characters of HTML


@dataclass(frozen=True)
class News:
    """`cursor` counts past everything looked at, also what this reader may not see. `html` None: fetch the page anew."""

    cursor: int
    html: str | None


@dataclass(frozen=True)
class Live:
    """The live parts of one process."""

    ring: Ring
    fragments: Fragments
    zone: ZoneInfo
    standing: Standing = field(default_factory=Standing)

    @contextmanager
    def listening(self, asked: Asked) -> Iterator[None]:
        """While the block lasts this browser is one of those for whom things are looked up together."""
        with self.standing.listening(asked.sign_in_id), self.fragments.crowd.joined(asked.reader.user.id):
            yield

    async def news(self, cursor: int | None, day: date | None, reader: Reader) -> News:
        """What happened after `cursor`, drawn for `reader`. `day`: the day its page was drawn on; at midnight it is stale.

        Looked up to the end even when the reader leaves meanwhile: a query cut off would cost its connection.
        """
        return await asyncio.shield(asyncio.ensure_future(self._look(cursor, day, reader)))

    async def _look(self, cursor: int | None, day: date | None, reader: Reader) -> News:
        if cursor is None or (day is not None and day != clock.today(self.zone)):
            return News(self.ring.head, None)
        events = await self.ring.after(cursor)
        if events is None:
            return News(self.ring.head, None)
        if not events:
            return News(cursor, "")
        html = await self.fragments.draw(events, reader)
        if html is not None and len(html) > LARGEST_ANSWER:
            html = None
        return News(events[-1].id, html)
