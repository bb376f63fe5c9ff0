"""Private notes: what colleagues tell each other in a thread. The customer and Claude never see them."""

from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession

from app import clock
from app.accounts.models import User
from app.characters import storable
from app.conversations.about import message_in
from app.conversations.drafts import LONGEST_DRAFT
from app.conversations.models import Author, Conversation, Direction, Message
from app.conversations.ordering import store, time_of
from app.conversations.replying import checked, sent_as
from app.conversations.unsupported import NOTE
from app.errors import Conflict, Invalid, NotAllowed
from app.i18n import N_
from app.live.events import Change, EventKind, announce
from app.notes import mentions
from app.notes.models import NoteDraft
from app.search import message_text

LONGEST = 4096


async def write(
    session: AsyncSession, conversation: Conversation, by: User, text: str, compose_id: str | None = None
) -> Message:
    """Put a note into the thread; whom it names with "@" is told. It moves no row and counts for nobody.

    The same `compose_id` again gives the same note; raises Conflict when it comes with something else, and Invalid.
    """
    compose_id, text = checked(compose_id), checked_text(text)
    await session.refresh(conversation, with_for_update={"key_share": True})  # a double click waits here
    if compose_id is not None and (before := await sent_as(session, compose_id)) is not None:
        if (before.conversation_id, before.type, before.user_id, before.body) != (
            conversation.id,
            NOTE,
            by.id,
            text,
        ):
            raise Conflict
        return before
    now = clock.now()
    note = await store(
        session,
        Direction.SYSTEM,
        conversation_id=conversation.id,
        number_id=conversation.number_id,
        author=Author.USER,
        user_id=by.id,
        type=NOTE,
        body=text,
        compose_id=compose_id,
        sent_at=time_of(now, now),
        stored_at=now,
    )
    announce(session, Change(EventKind.MESSAGE_ADDED, conversation.id, note.id))
    await mentions.call(session, note, by)
    await keep_draft(session, by.id, conversation.id, "")
    return note


def checked_text(text: str) -> str:
    """Raises Invalid for an empty note, and for one that is longer than a message may be."""
    text = storable(text.replace("\r\n", "\n")).strip()
    if not text:
        raise Invalid(N_("Write the note first."), field="text")
    if len(text) > LONGEST:
        raise Invalid(N_("A note takes at most 4096 characters."), field="text")
    return text


async def change(
    session: AsyncSession, conversation: Conversation, note_id: int, by: User, text: str
) -> None:
    """Other words for one's own note. Raises NotFound, NotAllowed and Invalid."""
    note = await own(session, conversation, note_id, by, locked=True)
    note.body, note.edited_at = checked_text(text), clock.now()
    note.search_text = message_text.text_of(note)
    announce(session, Change(EventKind.MESSAGE_CHANGED, conversation.id, note.id))
    await mentions.call(session, note, by)


async def remove(session: AsyncSession, conversation: Conversation, note_id: int, by: User) -> None:
    """Take one's own note back: its words are gone, its place says so. Raises NotFound and NotAllowed."""
    note = await own(session, conversation, note_id, by, locked=True)
    note.body, note.revoked_at, note.search_text = "", clock.now(), ""
    announce(session, Change(EventKind.MESSAGE_CHANGED, conversation.id, note.id))
    await mentions.take_back(session, note)


async def own(
    session: AsyncSession, conversation: Conversation, note_id: int, by: User, *, locked: bool = False
) -> Message:
    """Raises NotFound for what is not here, NotAllowed for what is no note of this attendant's. `locked`: to change it;
    two of their tabs take turns."""
    note = await message_in(session, conversation, note_id, locked=locked)
    if note.type != NOTE or note.user_id != by.id or note.revoked_at is not None:
        raise NotAllowed(N_("Only who wrote a note can change it."))
    return note


async def draft(session: AsyncSession, user_id: int, conversation_id: int) -> str:
    """What this attendant has typed of a note here; "" for nothing."""
    theirs = select(NoteDraft.text).where(
        NoteDraft.user_id == user_id, NoteDraft.conversation_id == conversation_id
    )
    return (await session.execute(theirs)).scalar_one_or_none() or ""


async def keep_draft(session: AsyncSession, user_id: int, conversation_id: int, text: str) -> None:
    """Remember what was typed of a note; nothing but blanks forgets it."""
    place = {"user_id": user_id, "conversation_id": conversation_id}
    if not text.strip():
        await session.execute(delete(NoteDraft).filter_by(**place))
        return
    dialect: Any = sqlite if session.get_bind().dialect.name == "sqlite" else postgresql
    put = dialect.insert(NoteDraft).values(**place, text=storable(text[:LONGEST_DRAFT]))
    await session.execute(
        put.on_conflict_do_update(index_elements=list(place), set_={"text": put.excluded.text})
    )
