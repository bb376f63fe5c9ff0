"""What a bubble shows of a file: the file, that it is coming, or why it is not here."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.conversations.models import Message
from app.db import table_of
from app.i18n import N_
from app.media.expecting import TYPES
from app.media.models import Media, MediaState, Reason, Unsafe
from app.media.sniffing import SHOWN_IN_PLACE

ASK_AGAIN = N_("Ask the customer to send it again.")
TRY_AGAIN = N_("Fetch it again, or ask the customer to send it again.")

# (what happened, what to do, whether fetching again can help)
WORDS: dict[str, tuple[str, str, bool]] = {
    Reason.EXPIRED: (N_("WhatsApp keeps files for seven days only; this one expired."), ASK_AGAIN, False),
    Reason.NOT_THERE: (N_("WhatsApp does not have this file."), TRY_AGAIN, True),
    Reason.TOO_LARGE: (N_("This file is too large to be kept here."), N_("Ask for a smaller file."), False),
    Reason.WRONG_HASH: (N_("This file arrived damaged."), TRY_AGAIN, True),
    Reason.WRONG_ADDRESS: (N_("WhatsApp named an unsafe address for this file."), N_("Tell an admin."), True),
    Reason.REFUSED: (
        N_("WhatsApp did not hand out this file."),
        N_("Ask an admin to renew the token."),
        True,
    ),
}
GONE = (N_("The file of this message is missing on the server."), TRY_AGAIN, True)
OURS_IS_GONE = (
    N_("The file of this message is missing on the server."),
    N_("Attach it to a new message."),
    False,
)
UNSAFE: dict[str, tuple[str, str, bool]] = {
    Unsafe.TOO_MUCH: (
        N_("This file is too large to be shown here."),
        N_("Download it if you know the sender."),
        False,
    ),
    Unsafe.DAMAGED: (
        N_("This file is damaged and cannot be shown here."),
        N_("Download it if you know the sender."),
        False,
    ),
}
# How each type of message is drawn until it is known what it really holds.
LOOKS = {
    "image": "image",
    "sticker": "sticker",
    "video": "video",
    "audio": "audio",
    "voice": "audio",
    "document": "file",
}
UNKNOWN = (N_("This file could not be fetched."), TRY_AGAIN, True)

CARRYING = TYPES | {"template"}  # whose header may be a file
MEDIA = table_of(Media)
OF_MESSAGES = select(MEDIA).where(MEDIA.c.message_id.in_(bindparam("messages", expanding=True)))


@dataclass(frozen=True)
class Shown:
    """A file as its bubble draws it. `look`: image, sticker, video, audio, or file for whatever is only downloaded.

    `words` and `hint` are English sentences, "" unless something is wrong. `width` and `height` in pixels, so that a bubble
    has its room before the picture is there; `is_looked_into`: whether it is known that it may be drawn at all.
    """

    id: int
    state: str
    look: str
    name: str
    bytes: int | None
    words: str = ""
    hint: str = ""
    may_fetch_again: bool = False
    is_looked_into: bool = False
    has_preview: bool = False
    width: int | None = None
    height: int | None = None
    duration_seconds: float | None = None
    waveform: Sequence[int] | None = None
    pages: int | None = None


async def shown_with(session: AsyncSession, messages: Sequence[Message]) -> dict[int, Shown]:
    """The file of each message that has one, by message id; asks nothing when none can."""
    types = {message.id: message.type for message in messages if message.type in CARRYING}
    if not types:
        return {}
    rows = await session.execute(OF_MESSAGES, {"messages": list(types)})
    return {row.message_id: shown(row, types[row.message_id]) for row in rows}


def shown(row: Any, message_type: str) -> Shown:
    words, hint, may_fetch_again = wrong_with(row)
    return Shown(
        row.id,
        row.state,
        look_of(row, message_type) if row.state == MediaState.THERE else LOOKS.get(message_type, "file"),
        row.file_name,
        row.bytes,
        words,
        hint,
        may_fetch_again,
        row.looked_at is not None,
        row.has_preview,
        row.width,
        row.height,
        row.duration_seconds,
        row.waveform,
        row.pages,
    )


def wrong_with(row: Any) -> tuple[str, str, bool]:
    match row.state:
        case MediaState.GONE:
            return GONE if is_of_whatsapp(row.media_id, row.uploaded_at) else OURS_IS_GONE
        case MediaState.FAILED:
            return WORDS.get(row.reason or "", UNKNOWN)
        case MediaState.THERE if row.unsafe:
            return UNSAFE.get(row.unsafe, UNSAFE[Unsafe.DAMAGED])
    return "", "", False


def is_of_whatsapp(media_id: str, uploaded_at: datetime | None) -> bool:
    """Whether the file came from there, so that it can be asked for once more; what we sent came from here."""
    return media_id != "" and uploaded_at is None


def look_of(row: Any, message_type: str) -> str:
    """By what it is; a document stays one, and what no browser plays or should not draw is only downloaded."""
    mime = row.mime_sniffed or ""
    family = mime.partition("/")[0]
    is_shown = mime in SHOWN_IN_PLACE or (family == "image" and (row.has_preview or row.looked_at is None))
    if message_type == "document" or row.unsafe or not is_shown or mime == "audio/amr":
        return "file"
    return "sticker" if family == "image" and message_type == "sticker" else family
