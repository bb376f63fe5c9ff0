"""The job that fetches a file: located, streamed, verified, kept, committed; a crash between any two repeats it harmlessly."""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from app import boundaries, clock, jobs
from app.boundaries import Boundary
from app.conversations.models import Message
from app.db import reading, transaction
from app.errors import NotFound
from app.jobs import Claim
from app.live.events import Change, EventKind, announce
from app.media.expecting import FETCH, digest_of, look_into
from app.media.guard import WrongAddress
from app.media.models import Media, MediaState, Reason
from app.media.sniffing import sniffed
from app.media.store import Contents, Store
from app.places import Places, wait
from app.randomness import between
from app.whatsapp.files import Files, NotNow, NotThere, Refused, TooLarge

log = logging.getLogger(__name__)

AT_ONCE = 6  # of the worker's places: slow files keep nobody's answer waiting
MEBIBYTE = 1024 * 1024
MOST_BYTES = {"sticker": MEBIBYTE, "image": 16 * MEBIBYTE, "audio": 32 * MEBIBYTE, "voice": 32 * MEBIBYTE}
USUAL_MOST_BYTES = 100 * MEBIBYTE  # WhatsApp's own limit for whatever a customer sends
KEPT_BY_META = timedelta(days=7)  # from when it was told of, for a file of the phone app's past too
TRIES_WHEN_MISSING = 4  # Meta's file servers sometimes learn of a file late
PLACE_SECONDS, ROOM_SECONDS = 1.0, 60.0
LONGEST_WAIT_SECONDS, MANY_TRIES, HOURLY_SECONDS = 300.0, 20, 3600.0


class WrongHash(Exception):
    """Other bytes than WhatsApp said they would be."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """A file to be fetched, as its row says. `failed_before`: what went wrong in the try before this one."""

    id: int
    message_id: int
    conversation_id: int
    message_type: str
    media_id: str
    sha256: str
    stored_as: str
    tries: int
    failed_before: str | None
    created_at: datetime

    @property
    def most_bytes(self) -> int:
        return MOST_BYTES.get(self.message_type, USUAL_MOST_BYTES)

    @property
    def is_expired(self) -> bool:
        return clock.now() - self.created_at > KEPT_BY_META


class Fetching:
    """Works off `fetch_media` jobs."""

    def __init__(self, files: Files, store: Store, token: Callable[[], str]) -> None:
        self.files = files
        self.store = store
        self.token = token
        self._places = Places(AT_ONCE, PLACE_SECONDS)

    async def __call__(self, claim: Claim) -> None:
        if not await asyncio.to_thread(self.store.has_room):
            log.warning("media wait for room on the disk")
            return await wait(claim, ROOM_SECONDS)
        await self._places.run(claim, self.fetch)

    async def fetch(self, claim: Claim) -> None:
        async with transaction() as session:
            wanted = await begin(session, int(claim.key))
        if wanted is None:
            return
        try:
            contents = await self.bring(wanted)
        except (NotNow, NotThere, Refused, TooLarge, WrongAddress, WrongHash) as fault:
            return await give_up_or_wait(claim, wanted, fault)
        async with transaction() as session:
            await record(session, wanted, contents)
            await jobs.finish(session, claim)
        boundaries.passed(Boundary.MEDIA_COMMITTED)

    async def bring(self, wanted: Wanted) -> Contents:
        """The file under its name on our disk. An address that is no longer good is asked for once more."""
        found = await self.store.found(wanted.stored_as)
        if (
            found is not None and found.sha256 == wanted.sha256
        ):  # a crash came after the name and before the row
            return found
        try:
            return await self.stream(wanted)
        except NotThere:
            return await self.stream(wanted)

    async def stream(self, wanted: Wanted) -> Contents:
        token = self.token()
        located = await self.files.locate(wanted.media_id, token)
        boundaries.passed(Boundary.MEDIA_LOCATED)
        if (located.bytes or 0) > wanted.most_bytes:
            raise TooLarge
        async with await self.store.begin(wanted.stored_as) as part:
            await self.files.download(located.url, token, part, most_bytes=wanted.most_bytes)
            await part.flush()
            boundaries.passed(Boundary.MEDIA_STREAMED)
            told = wanted.sha256 or digest_of(located.sha256)
            if told and part.contents.sha256 != told:
                raise WrongHash
            boundaries.passed(Boundary.MEDIA_VERIFIED)
            await self.store.keep(part, wanted.stored_as)
            boundaries.passed(Boundary.MEDIA_RENAMED)
            return part.contents


WAITING = select(
    *(Media.id, Media.message_id, Media.media_id, Media.sha256, Media.stored_as, Media.tries),
    *(Message.conversation_id, Message.type.label("message_type"), Media.created_at),
    Media.reason.label("failed_before"),
).join(Message, Message.id == Media.message_id)


async def begin(session: AsyncSession, media_id: int) -> Wanted | None:
    """Count one try; None when there is nothing to fetch any more."""
    waits = (Media.id == media_id, Media.state == MediaState.WAITING)
    await session.execute(update(Media).where(*waits).values(tries=Media.tries + 1))
    row = (await session.execute(WAITING.where(*waits))).first()
    return None if row is None else Wanted(**row._mapping)


async def record(session: AsyncSession, wanted: Wanted, contents: Contents) -> None:
    """The file is there: say so, and show it."""
    values = {
        "state": MediaState.THERE,
        "mime_sniffed": sniffed(contents.head, wanted.message_type),
        "sha256": contents.sha256,
        "bytes": contents.bytes,
        "reason": None,
        "fetched_at": clock.now(),
        "looked_at": None,
    }
    await session.execute(update(Media).where(Media.id == wanted.id).values(values))
    await look_into(session, wanted.id)
    announce(session, Change(EventKind.MESSAGE_CHANGED, wanted.conversation_id, wanted.message_id))


def reason_of(wanted: Wanted, fault: Exception) -> Reason | None:
    """Why it is pointless to go on by ourselves; None while another try may help."""
    match fault:
        case TooLarge():
            return Reason.TOO_LARGE
        case WrongAddress():
            return Reason.WRONG_ADDRESS
        case Refused():
            return Reason.REFUSED
        case WrongHash():
            return Reason.WRONG_HASH if wanted.failed_before == Reason.WRONG_HASH else None
        case _ if wanted.is_expired:
            return Reason.EXPIRED
        case NotThere() if wanted.tries >= TRIES_WHEN_MISSING:
            return Reason.NOT_THERE
        case _:
            return None


async def give_up_or_wait(claim: Claim, wanted: Wanted, fault: Exception) -> None:
    reason = reason_of(wanted, fault)
    if reason is None:
        log.warning("a file was not fetched", extra={"media": wanted.id, "fault": type(fault).__name__})
        again_at = clock.now() + timedelta(seconds=wait_after(wanted.tries))
        noted = Reason.WRONG_HASH if isinstance(fault, WrongHash) else None
        async with transaction() as session:
            await session.execute(update(Media).where(Media.id == wanted.id).values(reason=noted))
            await jobs.put_back(session, claim, run_at=again_at, error=type(fault).__name__)
        return
    log.warning("a file is given up", extra={"media": wanted.id, "reason": reason})
    async with transaction() as session:
        given_up = update(Media).where(Media.id == wanted.id, Media.state == MediaState.WAITING)
        await session.execute(given_up.values(state=MediaState.FAILED, reason=reason))
        announce(session, Change(EventKind.MESSAGE_CHANGED, wanted.conversation_id, wanted.message_id))
        await jobs.finish(session, claim)


def wait_after(tries: int) -> float:
    """Seconds until the next try: doubling from two to five minutes, after twenty tries an hour."""
    usual = min(2.0 ** min(tries, 10), LONGEST_WAIT_SECONDS)
    return (usual if tries < MANY_TRIES else HOURLY_SECONDS) * between(0.7, 1.3)


async def fetch_again(session: AsyncSession, conversation_id: int, message_id: int) -> None:
    """An attendant asks once more for a file that was given up or is gone; nothing happens while it is here or coming,
    nor for one that came from here.

    Raises NotFound when this conversation has no such message.
    """
    theirs = select(Message.id).where(Message.id == message_id, Message.conversation_id == conversation_id)
    if (await session.execute(theirs)).first() is None:
        raise NotFound
    missing = [MediaState.FAILED, MediaState.GONE]
    of_whatsapp = (Media.media_id != "", Media.uploaded_at.is_(None))
    again = update(Media).where(Media.message_id == message_id, Media.state.in_(missing), *of_whatsapp)
    anew = {"state": MediaState.WAITING, "reason": None, "tries": 0}
    asked = (await session.execute(again.values(anew).returning(Media.id))).first()
    if asked is not None:
        await jobs.enqueue(session, FETCH, str(asked.id), run_at=clock.now())
        announce(session, Change(EventKind.MESSAGE_CHANGED, conversation_id, message_id))


async def of_id(media_id: int) -> tuple[Media, Message] | None:
    """A file that is there, with its message, unless its author took that back."""
    asked = (
        select(Media, Message)
        .join(Message, Message.id == Media.message_id)
        .where(Media.id == media_id, Media.state == MediaState.THERE, Message.revoked_at.is_(None))
    )
    async with reading() as session:
        row = (await session.execute(asked)).first()
    return None if row is None else (row[0], row[1])
