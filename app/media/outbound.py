"""Files that we send: kept here first, then given to WhatsApp by a job, and only then may their message leave."""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from app import clock, jobs
from app.conversations.models import Message
from app.db import reading, transaction
from app.jobs import Claim
from app.media import expecting
from app.media.models import Media, MediaState
from app.media.store import Store
from app.outbox import delivery as deliveries
from app.outbox import queue, troubles
from app.outbox.backoff import GIVE_UP_AFTER, wait_before
from app.outbox.delivery import FILE_IS_LOST
from app.outbox.models import Delivery, NumberPace
from app.places import Places, wait
from app.randomness import between
from app.whatsapp.files import Files, NotNow, NotTaken
from app.whatsapp.graph_errors import GraphError, Remedy
from app.whatsapp.models import Number

log = logging.getLogger(__name__)

UPLOAD = "upload_media"  # the job; key: the media's id
KEPT_BY_META = timedelta(days=29)  # thirty, and a day for what waits
AT_ONCE = 4  # of the worker's places
PLACE_SECONDS, STOPPED_SECONDS = 1.0, 60.0


@dataclass(frozen=True, slots=True)
class Kept:
    """A file that lies in our store under `stored_as` and is WhatsApp's to take. `about`: further columns of its row."""

    stored_as: str
    mime: str
    sha256: str
    bytes: int
    file_name: str
    about: dict[str, Any]


async def attach(session: AsyncSession, message: Message, kept: Kept) -> str:
    """Make the file this message's own, and have it brought to WhatsApp; how WhatsApp knows it already, "" if not."""
    values = {
        "message_id": message.id,
        "media_id": "",
        "mime_declared": kept.mime,
        "mime_sniffed": kept.mime,
        "sha256": kept.sha256,
        "bytes": kept.bytes,
        "file_name": kept.file_name,
        "state": MediaState.THERE,
        "stored_as": kept.stored_as,
        "tries": 0,
        "created_at": message.stored_at,
        "fetched_at": message.stored_at,
        **kept.about,
    }
    made = (await session.execute(insert(Media).values(values).returning(Media.id))).scalar_one()
    media_id = str(values["media_id"])
    if not media_id:
        await jobs.enqueue(session, UPLOAD, str(made), run_at=clock.now())
    await expecting.look_into(session, made)
    return media_id


async def id_at_whatsapp(session: AsyncSession, message_id: int, *, anew: bool) -> str:
    """How WhatsApp knows the file of a message of ours; "" while it does not, and then it is asked to take it.

    `anew`: it is asked although it has the file, for it may have refused the very id that it gave.
    """
    file = (await session.scalars(select(Media).where(Media.message_id == message_id))).one()
    is_kept = file.uploaded_at is not None and file.uploaded_at > clock.now() - KEPT_BY_META
    if file.media_id and is_kept and not anew:
        return file.media_id
    await jobs.enqueue(session, UPLOAD, str(file.id), run_at=clock.now())
    return ""


@dataclass(frozen=True, slots=True)
class Waiting:
    """A file that some attempt waits for. `since`: when the oldest such attempt was made.

    `stopped_code`: why WhatsApp refuses everything of its number, which then waits until `free_at`.
    """

    id: int
    message_id: int
    stored_as: str
    mime: str
    file_name: str
    number_id: int
    phone_number_id: str
    since: datetime
    stopped_code: int | None
    free_at: datetime | None

    @property
    def is_held(self) -> bool:
        return self.stopped_code is not None and self.free_at is not None and self.free_at > clock.now()


class Uploading:
    """Works off `upload_media` jobs. A crash anywhere repeats the upload, which costs WhatsApp a file that nobody uses."""

    def __init__(self, files: Files, store: Store, token: Callable[[], str]) -> None:
        self.files = files
        self.store = store
        self.token = token
        self._places = Places(AT_ONCE, PLACE_SECONDS)

    async def __call__(self, claim: Claim) -> None:
        await self._places.run(claim, self.bring)

    async def bring(self, claim: Claim) -> None:
        async with reading() as session:
            waiting = await find(session, int(claim.key))
        if waiting is None:
            return
        if clock.now() > waiting.since + GIVE_UP_AFTER:
            return await give_up(claim, waiting, waiting.stopped_code, None)
        if waiting.is_held:
            return await wait(claim, STOPPED_SECONDS)
        try:
            media_id = await self.upload(waiting)
        except NotTaken as fault:
            if fault.error.remedy is Remedy.STOP_NUMBER:
                await stopped(claim, waiting, fault.error)
            else:
                await give_up(claim, waiting, fault.error.code, fault.error.details)
        except FileNotFoundError:
            await give_up(claim, waiting, None, FILE_IS_LOST)
        except Exception as fault:
            # Meta, the disk, the bucket: whatever it is, a message has its hour, and not the day that jobs rest for.
            await later(claim, waiting, fault)
        else:
            await record(claim, waiting, media_id)

    async def upload(self, waiting: Waiting) -> str:
        async with self.store.lent(waiting.stored_as) as path:
            file = await asyncio.to_thread(path.open, "rb")
            with file:
                return await self.files.upload(
                    waiting.phone_number_id, self.token(), file, mime=waiting.mime, name=waiting.file_name
                )


async def find(session: AsyncSession, media_id: int) -> Waiting | None:
    """None when no attempt waits for it any more."""
    asked = (
        select(
            *(
                Media.id,
                Media.message_id,
                Media.stored_as,
                Media.mime_declared.label("mime"),
                Media.file_name,
            ),
            *(Message.number_id, Number.phone_number_id, Delivery.created_at.label("since")),
            *(NumberPace.stopped_code, NumberPace.free_at),
        )
        .join(Message, Message.id == Media.message_id)
        .join(Number, Number.id == Message.number_id)
        .outerjoin(NumberPace, NumberPace.number_id == Number.id)
        .join(Delivery, Delivery.message_id == Message.id)
        .where(Media.id == media_id, queue.waits_for_file())
        .order_by(Delivery.id)
    )
    row = (await session.execute(asked.limit(1))).first()
    return None if row is None else Waiting(**row._mapping)


async def record(claim: Claim, waiting: Waiting, media_id: str) -> None:
    async with transaction() as session:
        taken = {"media_id": media_id, "uploaded_at": clock.now()}
        await session.execute(update(Media).where(Media.id == waiting.id).values(taken))
        await queue.file_is_there(session, waiting.message_id, media_id)
        await jobs.finish(session, claim)


async def give_up(claim: Claim, waiting: Waiting, code: int | None, details: str | None) -> None:
    """The message fails for this reason, as if WhatsApp had refused it itself."""
    log.warning("a file was not taken", extra={"media": waiting.id, "code": code})
    async with transaction() as session:
        for attempt in (await session.scalars(queue.waiting_for_file(waiting.message_id))).all():
            await deliveries.fail(session, attempt, code, details)
        await jobs.finish(session, claim)


async def stopped(claim: Claim, waiting: Waiting, error: GraphError) -> None:
    """WhatsApp refuses everything of this number: the file waits as its messages do."""
    async with transaction() as session:
        await troubles.stop(session, waiting.number_id, error)
    await wait(claim, STOPPED_SECONDS)


async def later(claim: Claim, waiting: Waiting, fault: Exception) -> None:
    """Another try after a while, within the hour that a message has."""
    seconds = wait_before(claim.tries, None, None, between(0, 1)) or 0.0
    again_at = clock.now() + timedelta(seconds=seconds)
    if again_at > waiting.since + GIVE_UP_AFTER:
        return await give_up(claim, waiting, None, None)
    log.warning(
        "a file was not uploaded",
        extra={"media": waiting.id, "fault": type(fault).__name__},
        exc_info=not isinstance(fault, NotNow),
    )
    async with transaction() as session:
        await jobs.put_back(session, claim, run_at=again_at, error=type(fault).__name__)
