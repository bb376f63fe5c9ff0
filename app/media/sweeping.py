"""Keeps disk and table of one mind: no row that promises a missing file, no file of ours that no row knows."""

import asyncio
import logging
import re
from collections.abc import Iterator, Sequence
from datetime import timedelta

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from app import clock, jobs
from app.conversations.models import Message
from app.db import reading, transaction
from app.jobs import Claim
from app.live.events import Change, EventKind, announce
from app.media.expecting import look_into
from app.media.models import Media, MediaState
from app.media.store import Store
from app.quick_replies.models import QuickReply

log = logging.getLogger(__name__)

SWEEP = "sweep_media"
KEY = "all"
EVERY = timedelta(hours=1)
STALE = timedelta(hours=1)  # far longer than a file may take to come in
AT_ONCE = 500
# Whatever else lies in the operator's folder is none of our business.
WHOLE = re.compile(r"[0-9a-f]{32}")
PREVIEW = re.compile(r"[0-9a-f]{32}\.preview")
PART = re.compile(r"[0-9a-f]{32}(\.preview)?\.[0-9a-f]{12}\.part")


async def ask(session: AsyncSession) -> None:
    """A sweep now; each asks for the next one."""
    await jobs.enqueue(session, SWEEP, KEY, run_at=clock.now())


class Sweeping:
    """Works off `sweep_media` jobs."""

    def __init__(self, store: Store) -> None:
        self.store = store

    async def __call__(self, claim: Claim) -> None:
        names = await asyncio.to_thread(self.store.names)
        await self.remove_stale_parts(names)
        lying = {name for name, _ in names if WHOLE.fullmatch(name)}
        before = (clock.now() - STALE).timestamp()
        await self.remove_unknown(lying, {name for name, written in names if written < before})
        await self.remove_lonely_previews(names, lying)
        await self.compare(lying)
        await self.look_into_the_rest()
        async with transaction() as session:
            await jobs.enqueue(session, SWEEP, KEY, run_at=clock.now() + EVERY)
            await jobs.finish(session, claim)

    async def remove_stale_parts(self, names: Sequence[tuple[str, float]]) -> None:
        before = (clock.now() - STALE).timestamp()
        stale = [name for name, written in names if PART.fullmatch(name) and written < before]
        await asyncio.to_thread(self.store.remove, stale)

    async def remove_unknown(self, lying: set[str], old: set[str]) -> None:
        """Old files whose row is gone. A customer's file comes after its row, one that we send just before it.

        When not one is known, this is more likely the folder of another database: nothing is touched.
        """
        known: set[str] = set()
        async with reading() as session:
            for some in in_parts(sorted(lying)):
                for owner in (Media.stored_as, QuickReply.stored_as):
                    known |= set(await session.scalars(select(owner).where(owner.in_(some))))
        unknown = lying & old - known
        if unknown and not known:
            log.warning("the media folder belongs to another database", extra={"files": len(unknown)})
            return
        await asyncio.to_thread(self.store.remove, unknown)

    async def remove_lonely_previews(self, names: Sequence[tuple[str, float]], lying: set[str]) -> None:
        """Small pictures of files that have gone."""
        previews = [name for name, _ in names if PREVIEW.fullmatch(name)]
        lonely = [name for name in previews if name.partition(".")[0] not in lying]
        await asyncio.to_thread(self.store.remove, lonely)

    async def look_into_the_rest(self) -> None:
        """Files that came before we looked into them."""
        rest = select(Media.id).where(Media.state == MediaState.THERE, Media.looked_at.is_(None))
        async with transaction() as session:
            for media_id in (await session.scalars(rest.order_by(Media.id.desc()).limit(AT_ONCE))).all():
                await look_into(session, media_id)

    async def compare(self, lying: set[str]) -> None:
        """Rows whose file vanished are `gone`, until it is back, as after a disk that was not there for a while."""
        last = 0
        while True:
            asked = select(Media.id, Media.stored_as, Media.state, Media.message_id).where(
                Media.state.in_([MediaState.THERE, MediaState.GONE]), Media.id > last
            )
            async with reading() as session:
                rows = (await session.execute(asked.order_by(Media.id).limit(AT_ONCE))).all()
            if not rows:
                return
            last = rows[-1].id
            for row in rows:
                is_there = row.stored_as in lying or await asyncio.to_thread(self.store.has, row.stored_as)
                state = MediaState.THERE if is_there else MediaState.GONE
                if state != row.state:
                    await self.change(row.id, row.message_id, state)

    async def change(self, media_id: int, message_id: int, state: MediaState) -> None:
        log.warning("a file's state was corrected", extra={"media": media_id, "state": state})
        other = MediaState.GONE if state is MediaState.THERE else MediaState.THERE
        async with transaction() as session:
            await session.execute(
                update(Media).where(Media.id == media_id, Media.state == other).values(state=state)
            )
            conversation = await session.scalar(
                select(Message.conversation_id).where(Message.id == message_id)
            )
            announce(session, Change(EventKind.MESSAGE_CHANGED, conversation, message_id))


def in_parts(names: Sequence[str]) -> Iterator[Sequence[str]]:
    for start in range(0, len(names), AT_ONCE):
        yield names[start : start + AT_ONCE]
