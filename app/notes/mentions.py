"""Colleagues whom a note names with "@": who they are, that they are told, and that they have looked."""

import re
from collections.abc import Sequence

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from app import clock
from app.accounts.models import User
from app.conversations.models import Message
from app.db import insert_if_new
from app.live.events import Change, EventKind, announce
from app.notes.models import Mention
from app.push import calling
from app.push.calling import Why

BEFORE_A_NAME = re.compile(r"(?<!\w)@")


async def colleagues(session: AsyncSession) -> Sequence[User]:
    """Everybody who may sign in, by name."""
    return (await session.scalars(select(User).where(User.is_active).order_by(User.name, User.id))).all()


def named_in(text: str, people: Sequence[User]) -> list[User]:
    """Whom "@Name" means, each once: the longest name that stands there, whatever its capitals."""
    by_length = sorted(people, key=lambda person: len(person.name), reverse=True)
    found: dict[int, User] = {}
    for sign in BEFORE_A_NAME.finditer(text):
        rest = text[sign.end() :].casefold()
        for person in by_length:
            name = person.name.casefold()
            if rest.startswith(name) and not rest[len(name) : len(name) + 1].isalnum():
                found[person.id] = person
                break
    return list(found.values())


async def call(session: AsyncSession, note: Message, by: User) -> None:
    """Tell those whom a note names and who have not been told of it."""
    for colleague in named_in(note.body, await colleagues(session)):
        place = {"message_id": note.id, "user_id": colleague.id}
        mention = place | {"conversation_id": note.conversation_id}
        if (
            colleague.id == by.id
            or await insert_if_new(session, Mention, mention, unique=list(place)) is None
        ):
            continue
        announce(session, Change(EventKind.MENTIONED, note.conversation_id, note.id, user_id=colleague.id))
        await calling.ask_one(session, note.conversation_id, colleague.id, Why.NAMED)


async def take_back(session: AsyncSession, note: Message) -> None:
    """The note is gone: nobody is called by it any more."""
    unseen = update(Mention).where(Mention.message_id == note.id, Mention.seen_at.is_(None))
    gone = await session.scalars(unseen.values(seen_at=clock.now()).returning(Mention.user_id))
    for user_id in gone.all():
        announce(session, Change(EventKind.CURSOR_MOVED, note.conversation_id, user_id=user_id))


async def follow(session: AsyncSession, conversation_id: int) -> None:
    """Notes that were here may stand in another thread now: their mentions go with them."""
    stands_in = select(Message.conversation_id).where(Message.id == Mention.message_id).scalar_subquery()
    here = update(Mention).where(Mention.conversation_id == conversation_id)
    await session.execute(here.values(conversation_id=stands_in))


async def newest_unseen(session: AsyncSession, user_id: int, conversation_id: int) -> Message | None:
    """The note here that names this attendant last, unless they have looked."""
    naming = (
        select(Message)
        .join(Mention, Mention.message_id == Message.id)
        .where(
            Mention.user_id == user_id, Mention.conversation_id == conversation_id, Mention.seen_at.is_(None)
        )
        .order_by(Message.id.desc())
        .limit(1)
    )
    return (await session.scalars(naming)).one_or_none()


async def have_seen(session: AsyncSession, user_id: int, conversation_id: int) -> None:
    """This attendant has the conversation's end before them."""
    unseen = update(Mention).where(
        Mention.user_id == user_id, Mention.conversation_id == conversation_id, Mention.seen_at.is_(None)
    )
    seen = await session.scalars(unseen.values(seen_at=clock.now()).returning(Mention.message_id))
    if seen.all():
        announce(session, Change(EventKind.CURSOR_MOVED, conversation_id, user_id=user_id))
