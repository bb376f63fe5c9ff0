"""One reader's cursor over the ring: both transports ask it for what is new, in the same bytes with the same cursor."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

from app import clock
from app.live.fragments import Fragments
from app.live.redraw import Reader
from app.live.ring import Ring

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

    async def news(self, cursor: int | None, day: date | None, reader: Reader) -> News:
        """What happened after `cursor`, drawn for `reader`. `day`: the day its page was drawn on; at midnight it is stale.

        Looked up to the end even when the reader leaves meanwhile: a query cut off would cost its connection.
        """
        looking = asyncio.ensure_future(self.news_for_all(cursor, day, [reader]))
        last, [html] = await asyncio.shield(looking)
        return News(last, html)

    async def news_for_all(
        self, cursor: int | None, day: date | None, readers: Sequence[Reader]
    ) -> tuple[int, list[str | None]]:
        """The same for all who stand at this cursor: theirs from now on, and what each is to see, in their order."""
        if cursor is None or (day is not None and day != clock.today(self.zone)):
            return self.ring.head, [None] * len(readers)
        events = await self.ring.after(cursor)
        if events is None:
            return self.ring.head, [None] * len(readers)
        if not events:
            return cursor, [""] * len(readers)
        drawn = await self.fragments.draw_for_all(events, readers)
        return events[-1].id, [
            None if html is not None and len(html) > LARGEST_ANSWER else html for html in drawn
        ]
