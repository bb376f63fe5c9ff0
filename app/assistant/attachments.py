"""Pictures and PDFs that customers sent, as Claude sees them: the newest few, made small, beside the words they came with."""

import logging
from base64 import b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.assistant.claude import Claude, Request
from app.assistant.failures import Misconfigured
from app.assistant.prompt import BROKEN, UNSEEN
from app.assistant.replies import Block
from app.conversations.models import Direction, Message
from app.media import documents, pictures
from app.media.caution import Damaged, TooMuch, apart
from app.media.models import Media, MediaState
from app.media.store import Store

log = logging.getLogger(__name__)

PDF = "application/pdf"
LOOKED_BACK = 10  # messages: of what is older the label is enough
MOST_PICTURES, MOST_PDFS = 5, 1
MOST_PDF_BYTES, MOST_PDF_PAGES = 4 * 1024 * 1024, 20
MOST_BYTES = 12 * 1024 * 1024  # of all of them, as files
TOO_LARGE = ("400 ", "413 ")  # how failures begin for which the files may be the reason


@dataclass(frozen=True)
class Attachment:
    """A file that Claude may see; `number` stands beside its message's words too."""

    number: int
    message_id: int
    mime: str
    stored_as: str

    @property
    def is_pdf(self) -> bool:
        return self.mime == PDF


async def attachments_of(
    session: AsyncSession, messages: Sequence[Message], *, answered_up_to: int
) -> list[Attachment]:
    """The customer's files among the newest of these messages (old to new) and those that wait, oldest first."""
    newest = {message.id for message in messages[-LOOKED_BACK:]}
    theirs = [
        message.id
        for message in messages
        if message.direction == Direction.IN and (message.id in newest or message.position > answered_up_to)
    ]
    here = select(Media).where(
        Media.message_id.in_(theirs), Media.state == MediaState.THERE, Media.unsafe.is_(None)
    )
    files = {media.message_id: media for media in await session.scalars(here)}
    kept = within_budget([files[one] for one in reversed(theirs) if one in files])
    return [
        Attachment(number, media.message_id, media.mime_sniffed or "", media.stored_as)
        for number, media in enumerate(reversed(kept), 1)
    ]


def within_budget(files: Sequence[Media]) -> list[Media]:
    """Of these, newest first, those that are sent."""
    kept: list[Media] = []
    for media in files:
        is_pdf = media.mime_sniffed == PDF
        if not is_pdf and not (media.mime_sniffed or "").startswith("image/"):
            continue
        if is_pdf and ((media.bytes or 0) > MOST_PDF_BYTES or (media.pages or 0) > MOST_PDF_PAGES):
            continue
        same = sum((one.mime_sniffed == PDF) == is_pdf for one in kept)
        if same < (MOST_PDFS if is_pdf else MOST_PICTURES):
            kept.append(media)
    return kept


def numbers_of(attachments: Sequence[Attachment]) -> Mapping[int, int]:
    """The number of each message's file, by the message's id."""
    return {one.message_id: one.number for one in attachments}


async def with_attachments(
    request: Request, attachments: Sequence[Attachment], provider: Claude, store: Store
) -> Request:
    """The request with the files in front of the last turn's words, or with a word that they cannot be seen."""
    if not attachments:
        return request
    sight = await provider.sight(request.model)
    shown = [one for one in attachments if (sight.pdfs if one.is_pdf else sight.pictures)]
    blocks: list[Block] = []
    left = MOST_BYTES
    for one in reversed(shown):  # the newest have the room
        content = await content_of(one, store, left)
        left -= len(content or b"")
        blocks = [*parts_of(one, content), *blocks]
    if len(shown) < len(attachments):
        blocks.insert(0, {"type": "text", "text": UNSEEN})
    return request.with_more(*blocks)


def without_attachments(request: Request, failure: Misconfigured) -> Request:
    """For one more attempt after a refusal for which the files may be the reason; raises the failure when there are none."""
    *before, last = request.messages
    words = [block for block in last["content"] if block["type"] not in ("image", "document")]
    if len(words) == len(last["content"]) or not failure.kind.startswith(TOO_LARGE):
        raise failure
    log.warning("asked again without files", extra={"fault": failure.kind})
    bare = replace(request, messages=[*before, last | {"content": words}])
    return bare.with_more({"type": "text", "text": UNSEEN})


async def content_of(attachment: Attachment, store: Store, most_bytes: int) -> bytes | None:
    """As it is sent: a picture as a small JPEG, a PDF as it is; None for what cannot be opened, or is too much."""
    try:
        async with store.lent(attachment.stored_as) as file:
            content = await apart(lambda: pdf(file) if attachment.is_pdf else pictures.for_a_model(file))
    except (FileNotFoundError, Damaged, TooMuch):
        return None
    return content if len(content) <= most_bytes else None


def pdf(file: Path) -> bytes:
    if (documents.pages_of(file) or 0) > MOST_PDF_PAGES:
        raise TooMuch
    return file.read_bytes()


def parts_of(attachment: Attachment, content: bytes | None) -> list[Block]:
    name = f"[arquivo {attachment.number}]:"
    if content is None:
        return [{"type": "text", "text": f"{name} {BROKEN}"}]
    kind, mime = ("document", PDF) if attachment.is_pdf else ("image", "image/jpeg")
    source = {"type": "base64", "media_type": mime, "data": b64encode(content).decode()}
    return [{"type": "text", "text": name}, {"type": kind, "source": source}]
