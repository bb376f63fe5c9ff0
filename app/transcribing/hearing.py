"""The job that has a voice message written down: heard, asked, kept; a crash between any two repeats it harmlessly."""

import logging
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from app import clock, jobs
from app.characters import storable
from app.conversations.models import Message
from app.db import transaction
from app.jobs import Claim
from app.live.events import Change, EventKind, announce
from app.media import sound
from app.media.caution import Damaged, TooMuch, apart
from app.media.models import Media, MediaState
from app.media.store import Store
from app.places import Places
from app.randomness import between
from app.search import message_text
from app.transcribing.models import Failure, Transcript, TranscriptState
from app.transcribing.transcriber import NotHeard, NotNow, Transcriber

log = logging.getLogger(__name__)

AT_ONCE = 2  # of the worker's places: a slow transcriber keeps nobody's answer waiting
PLACE_SECONDS = 2.0
MOST_TRIES = 8  # within about four minutes
LONGEST_WAIT_SECONDS = 300.0
MOST_CHARACTERS = 12_000  # ten minutes of quick speech are about 9,000


@dataclass(frozen=True, slots=True)
class Wanted:
    """A message that is to be written down. `mime`: of its file, by what it is."""

    message_id: int
    stored_as: str
    mime: str
    tries: int


class Hearing:
    """Works off `transcribe` jobs. `transcriber` None: there was one when they were asked for."""

    def __init__(self, store: Store, transcriber: Transcriber | None) -> None:
        self.store = store
        self.transcriber = transcriber
        self._places = Places(AT_ONCE, PLACE_SECONDS)

    async def __call__(self, claim: Claim) -> None:
        await self._places.run(claim, self.hear)

    async def hear(self, claim: Claim) -> None:
        async with transaction() as session:
            wanted = await begin(session, int(claim.key))
        if wanted is None:
            return
        try:
            text = await self.written(wanted)
        except NotNow as fault:
            await later(claim, wanted, fault)
        except NotHeard as fault:
            log.warning("a voice message is given up", extra=about(wanted, fault))
            await end(claim, wanted.message_id, failure=fault.failure)
        else:
            await end(claim, wanted.message_id, text=kept(text))

    async def written(self, wanted: Wanted) -> str:
        """Raises NotNow or NotHeard."""
        if self.transcriber is None:
            raise NotHeard(Failure.REFUSED, "no transcriber")
        try:
            async with self.store.lent(wanted.stored_as) as file:
                samples = await apart(lambda: sound.samples(file, wanted.mime))
        except (FileNotFoundError, Damaged, TooMuch) as fault:
            raise NotHeard(Failure.DAMAGED, type(fault).__name__) from fault
        return await self.transcriber.written(samples)


async def begin(session: AsyncSession, message_id: int) -> Wanted | None:
    """Count one try; None when there is nothing to write down any more: then its row goes too."""
    mine = (Transcript.message_id == message_id, Transcript.state == TranscriptState.WAITING)
    counted = update(Transcript).where(*mine).values(tries=Transcript.tries + 1).returning(Transcript.tries)
    tries = (await session.execute(counted)).scalar_one_or_none()
    if tries is None:
        return None
    there = (
        select(Media.stored_as, Media.mime_sniffed)
        .join(Message, Message.id == Media.message_id)
        .where(Media.message_id == message_id, Media.state == MediaState.THERE, Message.revoked_at.is_(None))
    )
    file = (await session.execute(there)).first()
    if file is not None:
        return Wanted(message_id, file.stored_as, file.mime_sniffed or "", tries)
    await session.execute(delete(Transcript).where(*mine))
    await tell(session, message_id)
    return None


def kept(text: str) -> str:
    """What a transcriber said, as it is stored: no wider than a voice message can be."""
    text = storable(text.strip())
    return text if len(text) <= MOST_CHARACTERS else f"{text[:MOST_CHARACTERS]}…"


async def later(claim: Claim, wanted: Wanted, fault: NotNow) -> None:
    """Another try after a while; after the last one it is given up, and a person can ask once more."""
    log.warning("a voice message was not written down", extra=about(wanted, fault))
    if wanted.tries >= MOST_TRIES:
        return await end(claim, wanted.message_id, failure=Failure.NO_ANSWER)
    seconds = max(2.0**wanted.tries * between(0.7, 1.3), fault.retry_after_seconds or 0.0)
    again_at = clock.now() + timedelta(seconds=min(seconds, LONGEST_WAIT_SECONDS))
    async with transaction() as session:
        await jobs.put_back(session, claim, run_at=again_at, error=str(fault))


async def end(claim: Claim, message_id: int, *, text: str = "", failure: Failure | None = None) -> None:
    """The words are found and shown from now on, or that there are none."""
    state = TranscriptState.DONE if failure is None else TranscriptState.FAILED
    mine = (Transcript.message_id == message_id, Transcript.state == TranscriptState.WAITING)
    ended = update(Transcript).where(*mine).returning(Transcript.message_id)
    values = {"state": state, "text": text, "failure": failure, "ended_at": clock.now()}
    async with transaction() as session:
        if (await session.execute(ended.values(values))).first() is not None:
            await message_text.read_again(session, message_text.MESSAGES.c.id == message_id)
            await tell(session, message_id)
        await jobs.finish(session, claim)


async def tell(session: AsyncSession, message_id: int) -> None:
    here = select(Message.conversation_id).where(Message.id == message_id)
    conversation_id = (await session.execute(here)).scalar_one_or_none()
    if conversation_id is not None:
        announce(session, Change(EventKind.MESSAGE_CHANGED, conversation_id, message_id))


def about(wanted: Wanted, fault: Exception) -> dict[str, object]:
    return {"message_id": wanted.message_id, "fault": str(fault), "tries": wanted.tries}
