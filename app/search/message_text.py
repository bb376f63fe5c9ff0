"""What a message is found by: all that its bubble says, who said it, when, and what it carries."""

import re
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.conversations.models import Direction, Message
from app.conversations.shown_content import Answers, Choice, Contacts, Location, Offer, Order, content_of
from app.conversations.unsupported import NOTE
from app.db import made, table_of
from app.rows import ChangedRows
from app.search.words import kept, marked, words_in
from app.transcribing.models import Transcript
from app.whatsapp.lenient import text_at

LINK = re.compile(r"https?://|\bwww\.", re.IGNORECASE)
CARRIED = {
    "image": "photo",
    "video": "video",
    "audio": "audio",
    "voice": "audio",
    "document": "document",
    NOTE: "note",
}
BATCH = 1000

MESSAGES, TRANSCRIPTS = table_of(Message), table_of(Transcript)
READ = select(
    *MESSAGES.c[
        "id", "conversation_id", "direction", "author", "user_id", "type", "body", "content", "beside"
    ],
    *MESSAGES.c["sent_at", "revoked_at"],
    TRANSCRIPTS.c.text.label("spoken"),
).outerjoin(TRANSCRIPTS, TRANSCRIPTS.c.message_id == MESSAGES.c.id)
WRITTEN = ChangedRows(MESSAGES, ("search_text",))


def text_of(message: Message, spoken: str = "") -> str:
    """The words and marks of a message or a private note; "" for what nobody should find: taken back, or a notice.

    `spoken`: what a voice message says.
    """
    if message.revoked_at is not None or (message.direction == Direction.SYSTEM and message.type != NOTE):
        return ""
    return kept([*words_in(*said_in(message), spoken), *marks_of(message)])


def said_in(message: Message) -> list[str]:
    """What a message says, thing by thing, as its bubble shows it."""
    content = None if message.type == "text" else content_of(message)
    said = [] if content and content.says_it_all and not isinstance(content, Offer) else [message.body]
    match content:
        case Location(name=name, address=address):
            said += [name, address]
        case Contacts(people=people):
            for person in people:
                said += [person.name, person.organisation, *(phone.number for phone in person.phones)]
        case Choice(description=description):
            said.append(description)
        case Answers(pairs=pairs, text=text):
            said += [*(words for _, words in pairs), text]
        case Order(text=text, items=items):
            said += [text, *(item.name for item in items)]
        case Offer(header=header, words=words, footer=footer, options=options):
            said = [header, words or message.body, footer]
            said += [part for option in options for part in (option.title, option.description)]
    if message.type == "document":
        said.append(text_at(message.content, "filename"))
    return [part for part in said if part]


def marks_of(message: Message) -> list[str]:
    """Its conversation, its month, its author, and what it carries."""
    marks = [
        marked("c", message.conversation_id),
        marked("m", f"{message.sent_at.year}{message.sent_at.month:02}"),
        marked("by", message.author),
    ]
    if message.user_id is not None:
        marks.append(marked("user", message.user_id))
    if message.type in CARRIED:
        marks.append(marked(CARRIED[message.type]))
    if LINK.search(message.body):
        marks.append(marked("link"))
    return marks


async def read_again(session: AsyncSession, *which: Any) -> None:
    """Write down anew what these messages are found by: something in them, or their conversation, has changed."""
    ids = (await session.scalars(select(MESSAGES.c.id).where(*which).order_by(MESSAGES.c.id))).all()
    for start in range(0, len(ids), BATCH):
        some = READ.where(MESSAGES.c.id.in_(ids[start : start + BATCH]))
        found = (await session.execute(some)).mappings().all()
        read = [(one["id"], text_of(made(Message, one), one["spoken"] or "")) for one in found]
        await WRITTEN.write(session, read)


async def read_what_is_left(session: AsyncSession, most: int) -> int:
    """Messages that a program of before stored, which knew no search: at most so many, how many there were."""
    left = select(MESSAGES.c.id).where(MESSAGES.c.search_text.is_(None)).limit(most)
    ids = (await session.scalars(left)).all()
    await read_again(session, MESSAGES.c.id.in_(ids))
    return len(ids)
