"""A message that is a file: asked for in the transaction that stores it, so that no crash forgets it."""

import re
from base64 import b64decode
from binascii import Error as NotBase64
from collections.abc import Iterable
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from sqlalchemy.ext.asyncio import AsyncSession

from app import clock, jobs
from app.db import insert_if_new
from app.media.models import Media, MediaState
from app.media.names import harmless
from app.randomness import between
from app.whatsapp.lenient import text_at

if TYPE_CHECKING:
    from app.conversations.models import Message

FETCH = "fetch_media"  # the jobs; key: the media's id
PREVIEW = "preview_media"

TYPES = frozenset({"image", "video", "audio", "voice", "document", "sticker"})
MIME = re.compile(r"[a-z0-9.+-]{1,40}/[a-z0-9.+-]{1,80}")
HEX = re.compile(r"[0-9a-fA-F]{64}")


async def expect(
    session: AsyncSession, messages: Iterable["Message"], *, within: timedelta = timedelta()
) -> None:
    """A row and a job for each of these messages that is a file of WhatsApp's and names it.

    They are fetched `within` this time, each at a moment of its own: many at once would stand in everybody's way.
    """
    for message in messages:
        if message.type not in TYPES:
            continue
        media_id = text_at(message.content, "id")[:128]
        if not media_id:
            continue
        made = await insert_if_new(session, Media, values_of(message, media_id), unique=["message_id"])
        if made is not None:
            await jobs.enqueue(session, FETCH, str(made), run_at=message.stored_at + within * between(0, 1))


async def look_into(session: AsyncSession, media_id: int) -> None:
    """Have this file looked into, which is here: its size, its length, a small picture."""
    await jobs.enqueue(session, PREVIEW, str(media_id), run_at=clock.now())


def values_of(message: "Message", media_id: str) -> dict[str, Any]:
    declared = text_at(message.content, "mime_type").partition(";")[0].strip().lower()
    return {
        "message_id": message.id,
        "media_id": media_id,
        "mime_declared": declared if MIME.fullmatch(declared) else "",
        "sha256": digest_of(text_at(message.content, "sha256")),
        "file_name": harmless(text_at(message.content, "filename")),
        "state": MediaState.WAITING,
        "stored_as": uuid4().hex,
        "tries": 0,
        "created_at": message.stored_at,
    }


def digest_of(told: str) -> str:
    """A SHA-256 as hex, from hex or base64; "" for anything else."""
    if HEX.fullmatch(told):
        return told.lower()
    try:
        digest = b64decode(told, validate=True)
    except (NotBase64, ValueError):
        return ""
    return digest.hex() if len(digest) == 32 else ""
