"""The job that looks into a file once it is here: how large it is drawn, how long it plays, and a small picture of it.

The file shows at once; a crash repeats the look, a few times. What is too costly or damaged is only handed out.
"""

import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from app import clock, jobs
from app.conversations.models import Message
from app.db import transaction
from app.jobs import Claim, Job
from app.live.events import Change, EventKind, announce
from app.media import documents, moving, pictures, sound
from app.media.caution import Damaged, TooMuch, apart
from app.media.models import Media, MediaState, Unsafe
from app.media.store import Store, preview_of
from app.places import Places
from app.transcribing import wanting
from app.whatsapp.lenient import number_at

log = logging.getLogger(__name__)

STICKER = ("sticker", "image/webp")  # shown as it is: it may move
AT_ONCE = 3  # of the worker's places: there are two threads for it
PLACE_SECONDS = 0.5
LOST, MOST_LOST_LOOKS = "lost", 3  # looks that nobody came back from, in the job's payload


@dataclass(frozen=True, slots=True)
class Seen:
    """What a look has shown. `preview`: a small WebP, where a picture can be drawn of it."""

    preview: bytes = b""
    unsafe: Unsafe | None = None
    width: int | None = None
    height: int | None = None
    duration_seconds: float | None = None
    waveform: list[int] | None = None
    pages: int | None = None


class Previewing:
    """Works off `preview_media` jobs. `hears`: whether voice messages are written down."""

    def __init__(self, store: Store, *, hears: bool = False) -> None:
        self.store = store
        self.hears = hears
        self._places = Places(AT_ONCE, PLACE_SECONDS)

    async def __call__(self, claim: Claim) -> None:
        await self._places.run(claim, self.preview)

    async def preview(self, claim: Claim) -> None:
        async with transaction() as session:
            asked = select(Media, Message.type, Message.conversation_id).join(Message)
            row = (await session.execute(asked.where(Media.id == int(claim.key)))).first()
        if row is None or row.Media.state != MediaState.THERE:
            return
        media, message_type, conversation_id = row
        try:
            async with self.store.lent(media.stored_as) as file:
                seen = await self.look(claim, lambda: looked_at(file, media.mime_sniffed or "", message_type))
        except FileNotFoundError:  # the sweep will say so
            return
        if seen.unsafe:
            log.warning("a file is not drawn", extra={"media": media.id, "reason": seen.unsafe})
        if seen.preview:
            await self.store.put(preview_of(media.stored_as), seen.preview)
        async with transaction() as session:
            await record(session, media.id, seen)
            if self.hears and seen.waveform is not None and seen.duration_seconds is not None:
                await wanting.want(session, media.message_id, seen.duration_seconds)
            announce(session, Change(EventKind.MESSAGE_CHANGED, conversation_id, media.message_id))
            await jobs.finish(session, claim)

    async def look(self, claim: Claim, looking: Callable[[], Seen]) -> Seen:
        """A file that has ended the process again and again, as one does that takes all memory, is not looked into."""
        if lost_looks(claim) >= MOST_LOST_LOOKS:
            return Seen(unsafe=Unsafe.TOO_MUCH)
        async with begun(claim):
            return await apart(looking)


def lost_looks(claim: Claim) -> int:
    return number_at(claim.payload, LOST) or 0


@asynccontextmanager
async def begun(claim: Claim) -> AsyncIterator[None]:
    """A look counts as lost until it has ended, well or badly: whoever asks for the job again does not change that."""
    lost = lost_looks(claim)
    await note(claim, lost + 1)
    try:
        yield
    finally:
        await note(claim, lost)


async def note(claim: Claim, lost: int) -> None:
    async with transaction() as session:
        await session.execute(update(Job).where(Job.id == claim.id).values(payload={LOST: lost}))


async def record(session: AsyncSession, media_id: int, seen: Seen) -> None:
    values = {
        "looked_at": clock.now(),
        "unsafe": seen.unsafe,
        "has_preview": bool(seen.preview),
        "width": seen.width,
        "height": seen.height,
        "duration_seconds": seen.duration_seconds,
        "waveform": seen.waveform,
        "pages": seen.pages,
    }
    await session.execute(update(Media).where(Media.id == media_id).values(values))


def looked_at(file: Path, mime: str, message_type: str) -> Seen:
    """By what it is; what we know no way to look into has nothing to show."""
    try:
        match mime.partition("/")[0]:
            case "image" if message_type == "document" or (message_type, mime) == STICKER:
                width, height = pictures.size(file)
                return Seen(width=width, height=height)
            case "image":
                preview, width, height = pictures.preview(file)
                return Seen(preview, width=width, height=height)
            case "video" | "audio" if message_type != "document":
                return of_what_plays(file, mime)
    except TooMuch:
        return Seen(unsafe=Unsafe.TOO_MUCH)
    except Damaged:
        return Seen(unsafe=Unsafe.DAMAGED)
    return Seen(pages=documents.pages_of(file)) if mime == "application/pdf" else Seen()


def of_what_plays(file: Path, mime: str) -> Seen:
    if mime.startswith("video/") and moving.has_pictures(file, mime):
        preview, seen = moving.preview(file, mime)
        return Seen(preview, None, seen.width, seen.height, seen.duration_seconds)
    heard = sound.hear(file, mime)
    return Seen(duration_seconds=heard.duration_seconds, waveform=heard.waveform)
