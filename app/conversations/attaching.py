"""A file that an attendant chose becomes a message: looked at, made into what WhatsApp takes, kept."""

import asyncio
import shutil
from hashlib import file_digest
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, BinaryIO
from uuid import uuid4

from app.conversations import outgoing
from app.conversations.outgoing import Outgoing
from app.errors import Unavailable
from app.media.outbound import Kept
from app.media.preparing import Prepared, Wish, prepare
from app.media.store import AT_ONCE, Store

CHOSEN = "chosen"


async def attached(store: Store, file: BinaryIO, *, name: str, wish: Wish, caption: str) -> Outgoing:
    """The message of one file, which lies in the store from here on; without a message the hourly sweep removes it.

    Raises Invalid (field "files") with the reason, Unavailable while the disk has no room.
    """
    if not await asyncio.to_thread(store.has_room):
        raise Unavailable
    with TemporaryDirectory(prefix="recado-", ignore_cleanup_errors=True) as folder:
        chosen = Path(folder) / CHOSEN
        digest = await asyncio.to_thread(copied, file, chosen)
        made = await prepare(chosen, name=name, wish=wish)
        kept = Kept(
            await keep(store, made.path), made.mime, made.sha256, made.bytes, made.file_name, about(made)
        )
    return outgoing.attachment(made.type, kept, caption, chosen_sha256=digest, voice=made.voice)


def copied(file: Any, to: Path) -> str:
    """Write the file there; its SHA-256 in hex."""
    file.seek(0)
    with to.open("xb") as into:
        shutil.copyfileobj(file, into)
    file.seek(0)
    return file_digest(file, "sha256").hexdigest()


async def keep(store: Store, path: Path) -> str:
    """Bring a file into the store, durable under a name of its own; that name."""
    stored_as = uuid4().hex
    with await asyncio.to_thread(path.open, "rb") as file:
        async with await store.begin(stored_as) as part:
            while piece := await asyncio.to_thread(file.read, AT_ONCE):
                await part.write(piece)
            await part.flush()
            await store.keep(part, stored_as)
    return stored_as


def about(made: Prepared) -> dict[str, object]:
    """What is known of its looks already, for its row."""
    return {
        name: getattr(made, name) for name in ("width", "height", "duration_seconds", "waveform", "pages")
    }
