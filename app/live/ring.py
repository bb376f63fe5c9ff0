"""The newest events, read once per process and shared by every connection: a connection is a cursor over it, not a queue."""

import asyncio
import logging
from collections import deque
from collections.abc import Sequence

from sqlalchemy import bindparam, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.db import is_outage, reading, table_of
from app.live.bell import Bell
from app.live.events import Event, EventKind, LiveEvent, LiveSeq, listeners

log = logging.getLogger(__name__)

CAPACITY = 2000
BATCH = 500
SAFETY_POLL_SECONDS = 1.0
CURSOR = "X-Live-Cursor"  # the header of an answer that was read at this moment


class Ring:
    """Holds the events in (`floor`, `head`]; an older cursor reads the table or starts afresh."""

    def __init__(self) -> None:
        self.events: deque[Event] = deque()
        self.head = 0
        self.floor = 0
        self.arrived = Bell()
        self._missed = Bell()
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        async with reading() as session:
            self.head = self.floor = await newest(session)
        listeners.append(self.offer)
        self._task = asyncio.create_task(self._follow(), name="live ring")

    async def stop(self) -> None:
        if self._task is not None:
            listeners.remove(self.offer)
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def _follow(self) -> None:
        """Read what is new when something was missed, and once a second for what other processes wrote."""
        while True:
            missed = self._missed.next()  # before reading: what happens meanwhile must not be overlooked
            try:
                while await self.read_new() == BATCH:
                    pass
            except Exception as error:
                if not is_outage(error):
                    log.exception("the live log could not be read")
                await asyncio.sleep(SAFETY_POLL_SECONDS / 4)
            await asyncio.wait({missed}, timeout=SAFETY_POLL_SECONDS)

    async def read_new(self) -> int:
        """Take the next events from the table; how many there were."""
        async with reading() as session:
            found = await events_after(session, self.head, BATCH)
        fresh = [event for event in found if event.id > self.head]  # somebody may have read them meanwhile
        if not fresh:
            return len(found)
        self._take(fresh)
        return len(found)

    def look(self) -> None:
        """Something was committed elsewhere."""
        self._missed.ring()

    def offer(self, committed: Sequence[Event]) -> None:
        """What this process has just committed: taken at once if it is what comes next, else read in its order."""
        if committed[0].id == self.head + 1:
            self._take(committed)
        else:
            self.look()

    def _take(self, fresh: Sequence[Event]) -> None:
        self.events.extend(fresh)
        self.head = fresh[-1].id
        while len(self.events) > CAPACITY:
            self.floor = self.events.popleft().id
        self.arrived.ring()

    async def after(self, cursor: int) -> Sequence[Event] | None:
        """The events past `cursor`, oldest first; None when it is too old, from another database, or too far behind."""
        if cursor > self.head:
            await self.read_new()  # a page may have read the counter a moment before we did
        if cursor > self.head or self.head - cursor > BATCH:
            return None
        if cursor >= self.floor:
            return [event for event in self.events if event.id > cursor]
        async with reading() as session:
            logged = await events_after(session, cursor, BATCH)
        is_whole = bool(logged) and logged[0].id == cursor + 1
        return logged if is_whole else None


# Built once: every process asks it for every change.
EVENTS, SEQ = table_of(LiveEvent), table_of(LiveSeq)
AFTER = (
    select(EVENTS).where(EVENTS.c.id > bindparam("cursor")).order_by(EVENTS.c.id).limit(bindparam("at_most"))
)
NEWEST = select(func.max(SEQ.c.n))


async def events_after(session: AsyncSession, cursor: int, limit: int) -> list[Event]:
    rows = await session.execute(AFTER, {"cursor": cursor, "at_most": limit})
    return [
        Event(row.id, row.at, EventKind(row.kind), row.conversation_id, row.ref, row.user_id) for row in rows
    ]


async def newest(session: AsyncSession) -> int:
    """The cursor of a page that is about to be read: take it first, then the data."""
    return (await session.execute(NEWEST)).scalar_one() or 0
