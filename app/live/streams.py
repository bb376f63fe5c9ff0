"""Tells every open stream of this process what is new. One task does it: what many show is drawn once and written in one go."""

import asyncio
import logging
from collections.abc import AsyncIterator, Coroutine, Sequence
from contextlib import asynccontextmanager
from datetime import date

from app import clock
from app.accounts.sign_in import standing_among
from app.db import is_outage, reading
from app.live import frames
from app.live.asked import Asked
from app.live.connection import Live
from app.live.presence import Presence
from app.live.stopping import stopping
from app.randomness import between
from app.wire import Wire

log = logging.getLogger(__name__)

CHECK_SECONDS = 4.0  # a sign-in that ended is noticed within five, for we look after streams once a second
SHARED_WRITE_SECONDS = 0.02  # what happens within it shares a write
TICK_SECONDS = 1.0
OLDEST_STREAM_SECONDS = 9 * 60.0  # then the browser comes back, its session is checked anew and load spreads
SEND_TIMEOUT_SECONDS = 10.0


class Listener:
    """One open stream: a cursor over the ring, and the wire to its browser."""

    __slots__ = ("asked", "cursor", "ends_at", "has_left", "spoke_at", "wire")

    def __init__(self, asked: Asked, wire: Wire) -> None:
        self.asked = asked
        self.wire = wire
        self.cursor = asked.cursor
        self.spoke_at = now()
        self.ends_at = now() + OLDEST_STREAM_SECONDS * between(0.8, 1.0)
        self.has_left = False


class Streams:
    """Who takes what is written is told together with the others. Who comes, or is behind, is told alone until then."""

    def __init__(self, live: Live, presence: Presence) -> None:
        self.live = live
        self.presence = presence
        self._together: set[Listener] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._checked_at = 0.0

    @asynccontextmanager
    async def told(self, listener: Listener) -> AsyncIterator[None]:
        """While the block lasts this browser hears everything after its cursor."""
        asked = listener.asked
        with self.live.fragments.crowd.joined(asked.reader.user.id), self.presence.of(asked.sign_in_id):
            try:
                await self._catch_up(listener)
                yield
            finally:
                self._leave(listener)

    async def run(self) -> None:
        """Until the server stops: then every stream is told so, and ends."""
        tick_at = now()
        while not stopping.is_set():
            waiting = self.live.ring.arrived.next()  # before looking, so that nothing is missed meanwhile
            if await self._tell_news():
                await asyncio.sleep(SHARED_WRITE_SECONDS)
            if now() >= tick_at:
                tick_at = now() + TICK_SECONDS
                await self._look_after()
            await stopping.or_until(waiting, tick_at - now())
        for listener in list(self._together):
            await self._end(listener, frames.BYE)

    async def _catch_up(self, listener: Listener) -> None:
        """Alone, as fast as its browser takes it; then it joins the others."""
        try:
            last = await self._last_words_or_join(listener)
        except Exception as fault:  # it comes back
            tell_fault(fault)
            last = b""
        if last is not None:
            await self._say_last(listener, last)

    async def _last_words_or_join(self, listener: Listener) -> bytes | None:
        """Tell what it has missed until it stands with the others, and then None; or what ends its stream."""
        asked = listener.asked
        while not stopping.is_set():
            news = await self.live.news(listener.cursor, asked.day, asked.reader)
            if news.html is None:
                return frames.news(news.cursor, None)
            if stopping.is_set():  # the others may have been told so already
                break
            if listener.has_left or news.cursor == listener.cursor:
                self._join(listener)
                return None
            if now() >= listener.ends_at or not await asked.is_still_signed_in():
                break
            if not await told_in_time(listener, listener.wire.write(frames.news(news.cursor, news.html))):
                return None
            listener.cursor, listener.spoke_at = news.cursor, now()
        return frames.BYE

    def _join(self, listener: Listener) -> None:
        if listener.has_left:
            return
        self._together.add(listener)
        if listener.cursor != self.live.ring.head:  # the others may have been told just now
            self.live.ring.arrived.wake()

    def _leave(self, listener: Listener) -> None:
        listener.has_left = True
        self._together.discard(listener)

    async def _tell_news(self) -> bool:
        """Whether there was anything to tell to anybody."""
        head = self.live.ring.head
        behind: dict[tuple[int | None, date | None], list[Listener]] = {}
        for listener in self._together:
            if listener.cursor != head:
                behind.setdefault((listener.cursor, listener.asked.day), []).append(listener)
        for (cursor, day), listeners in behind.items():
            try:
                await self._tell(cursor, day, listeners)
            except Exception as fault:  # they come back
                tell_fault(fault)
                for listener in listeners:
                    await self._end(listener, b"")
        return bool(behind)

    async def _tell(self, cursor: int | None, day: date | None, listeners: Sequence[Listener]) -> None:
        """What came after `cursor`, to all who stand there."""
        readers = [listener.asked.reader for listener in listeners]
        last, drawn = await self.live.news_for_all(cursor, day, readers)
        written = {html: frames.news(last, html) for html in set(drawn)}
        moment = now()
        for listener, html in zip(listeners, drawn, strict=True):
            if listener.has_left:
                continue
            if html is None:
                await self._end(listener, written[html])
            elif listener.wire.is_behind():
                self._together.discard(listener)
                self._beside(self._catch_up(listener))
            else:
                await listener.wire.write(written[html])
                listener.cursor, listener.spoke_at = last, moment

    async def _look_after(self) -> None:
        """Heartbeats for who has heard nothing; the end for who has listened long enough, is signed out or of yesterday."""
        moment, today = now(), clock.today(self.live.zone)
        signed_out = await self._signed_out(moment)
        for listener in list(self._together):
            asked = listener.asked
            if listener.ends_at <= moment or asked.sign_in_id in signed_out:
                await self._end(listener, frames.BYE)
            elif asked.day not in (None, today):
                await self._end(listener, frames.news(self.live.ring.head, None))
            elif moment - listener.spoke_at >= frames.HEARTBEAT_SECONDS and not listener.wire.is_behind():
                await listener.wire.write(frames.news(listener.cursor or 0, ""))
                listener.spoke_at = moment

    async def _signed_out(self, moment: float) -> set[int]:
        """Those of all who listen whose sign-in has ended, now and then; in one query."""
        if not self._together or moment - self._checked_at < CHECK_SECONDS:
            return set()
        self._checked_at = moment
        ids = {listener.asked.sign_in_id for listener in self._together}
        try:
            async with reading() as session:
                return ids - await standing_among(session, list(ids))
        except Exception as fault:
            tell_fault(fault)
            return set()  # asked again soon

    async def _end(self, listener: Listener, last: bytes) -> None:
        """Never waits: who is behind hears it in its own time, or not at all when the server stops."""
        self._leave(listener)
        if not listener.wire.is_behind():
            await listener.wire.end(last)
        else:
            self._beside(self._say_last(listener, last))

    async def _say_last(self, listener: Listener, last: bytes) -> None:
        self._leave(listener)
        await told_in_time(listener, listener.wire.end(last))

    def _beside(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


async def told_in_time(listener: Listener, writing: Coroutine[None, None, None]) -> bool:
    """Whether its browser took enough for this to be written, before the server stopped; if not, the connection is ended."""
    told = asyncio.ensure_future(writing)
    try:
        await asyncio.wait({told}, timeout=0)  # who is not behind takes it at once, also at a stop
        if not told.done():
            await stopping.or_until(told, SEND_TIMEOUT_SECONDS)
        if told.done():
            told.result()
            return True
    finally:
        told.cancel()
    if not stopping.is_set():
        log.info("a reader who takes nothing was dropped")
    listener.wire.hang_up()
    return False


def tell_fault(fault: Exception) -> None:
    if not is_outage(fault):
        log.error("a stream broke", extra={"fault": type(fault).__name__}, exc_info=fault)


def now() -> float:
    return asyncio.get_running_loop().time()
