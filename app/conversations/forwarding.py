"""Copies of messages for other conversations: the same words, the same files, each as a message of its own."""

from collections.abc import Mapping, Sequence
from mimetypes import guess_extension
from typing import Any
from uuid import UUID, uuid4, uuid5

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app import clock
from app.accounts.models import User
from app.conversations import outgoing, replying
from app.conversations.access import conversation_for
from app.conversations.models import Conversation, Message
from app.conversations.outgoing import Outgoing
from app.errors import Invalid, NotFound, Unavailable
from app.i18n import N_
from app.media.models import Media, MediaState
from app.media.outbound import KEPT_BY_META, Kept
from app.media.store import Store

MOST_PLACES, MOST_MESSAGES = 5, 20
FILES = frozenset({"image", "video", "audio", "document", "sticker"})
AS_THEY_ARE = frozenset({"location", "contacts"})  # whose content Graph takes as it gives it
PLACE = ("latitude", "longitude", "name", "address")
NOTHING_TO_FORWARD = N_("Choose a message that can be forwarded.")


class Copies:
    """Messages of one conversation that are to be forwarded, in the order of their thread. Those that cannot be
    (deleted, a file that is not here, an order, buttons…) are left out."""

    def __init__(self, messages: Sequence[Message], files: Mapping[int, Media]) -> None:
        self.messages = [one for one in messages if may_be_forwarded(one, files.get(one.id))]
        self.files = files

    def __len__(self) -> int:
        return len(self.messages)


async def copies(session: AsyncSession, conversation: Conversation, ids: Sequence[int]) -> Copies:
    """Raises NotFound for a message of another thread."""
    asked = set(ids[:MOST_MESSAGES])
    here = select(Message).where(Message.id.in_(asked), Message.conversation_id == conversation.id)
    messages = (await session.scalars(here.order_by(Message.sent_at, Message.position))).all()
    if not asked or len(messages) < len(asked):
        raise NotFound
    theirs = select(Media).where(Media.message_id.in_(asked), Media.state == MediaState.THERE)
    return Copies(messages, {file.message_id: file for file in await session.scalars(theirs)})


def may_be_forwarded(message: Message, file: Media | None) -> bool:
    if message.revoked_at is not None:
        return False
    if message.type in FILES:
        return file is not None
    return message.type in AS_THEY_ARE or (message.type == "text" and bool(message.body))


async def outgoing_of(copies: Copies, store: Store, number_id: int) -> list[Outgoing]:
    """The messages to send to one conversation of this number, each file copied in the store under a name of its own.
    Raises Unavailable when a file is gone."""
    return [await copy_of(one, copies.files.get(one.id), store, number_id) for one in copies.messages]


async def copy_of(message: Message, file: Media | None, store: Store, number_id: int) -> Outgoing:
    if file is not None:
        kept = await file_again(file, store, known_at_meta=message.number_id == number_id)
        voice = bool(message.content.get("voice"))
        return outgoing.attachment(message.type, kept, message.body, chosen_sha256=file.sha256, voice=voice)
    if message.type == "location":
        place = {name: message.content[name] for name in PLACE if message.content.get(name) is not None}
        return Outgoing("location", message.body, place)
    if message.type == "contacts":
        return Outgoing("contacts", message.body, {"contacts": message.content.get("contacts", [])})
    return outgoing.text(message.body, previews=outgoing.has_previews(message.content))


async def file_again(file: Media, store: Store, *, known_at_meta: bool) -> Kept:
    """The same bytes under another name; what WhatsApp took from us not long ago is not brought there again."""
    stored_as = uuid4().hex
    try:
        async with await store.begin(stored_as) as part:
            async for piece in store.pieces(file.stored_as, 0, file.bytes or 0):
                await part.write(piece)
            await part.flush()
            await store.keep(part, stored_as)
    except FileNotFoundError:
        raise Unavailable from None
    about: dict[str, Any] = {
        name: getattr(file, name) for name in ("width", "height", "duration_seconds", "waveform", "pages")
    }
    if known_at_meta and file.uploaded_at is not None and file.uploaded_at > clock.now() - KEPT_BY_META:
        about |= {"media_id": file.media_id, "uploaded_at": file.uploaded_at}
    mime = file.mime_sniffed or file.mime_declared
    name = (
        file.file_name or f"file{guess_extension(mime.partition(';')[0]) or ''}"
    )  # WhatsApp takes none without
    return Kept(stored_as, mime, file.sha256, file.bytes or 0, name, about)


async def forward(
    session: AsyncSession, by: User, what: Mapping[int, Sequence[Outgoing]], compose_id: str
) -> list[Message]:
    """Send to each conversation (by id) what is for it, all or none. The same `compose_id` sends nothing twice.

    Raises WindowClosed where WhatsApp would only take a template, NotFound, Joined.
    """
    sent = []
    for conversation_id in sorted(what):  # locks are taken in the order of the ids
        conversation = await conversation_for(session, by, conversation_id)
        for place, copy in enumerate(what[conversation_id]):
            own = str(uuid5(UUID(compose_id), f"{conversation_id} {place}"))
            sent.append(await replying.reply(session, conversation, by, copy, own, from_composer=False))
    return sent


def checked_places(asked: Sequence[int]) -> list[int]:
    """Raises Invalid unless one to five conversations were chosen."""
    places = list(dict.fromkeys(asked))
    if not 0 < len(places) <= MOST_PLACES:
        raise Invalid(N_("Choose one to five conversations."), field="to")
    return places
