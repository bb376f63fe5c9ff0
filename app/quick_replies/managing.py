"""Quick replies are made, changed and taken away; whoever answers may, and everybody has the same ones."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from app import clock
from app.accounts.models import User
from app.characters import storable
from app.conversations.outgoing import LONGEST_CAPTION, LONGEST_TEXT, WITH_CAPTION, Outgoing, is_longer
from app.db import alone_with
from app.errors import Invalid, NotFound
from app.i18n import N_
from app.quick_replies import files, filling
from app.quick_replies.models import QuickReply

MOST = 500
LONGEST_SHORTCUT = 40
SHORTCUT = re.compile(r"[^\s/]+")
NOT_THERE = N_("This quick reply does not exist any more.")


@dataclass(frozen=True)
class Wanted:
    """What a form asks for. `attachment`: a new file, kept in the store already; `without_file`: the one it has goes."""

    shortcut: str
    text: str
    attachment: Outgoing | None = None
    without_file: bool = False


async def all_of_them(session: AsyncSession) -> Sequence[QuickReply]:
    """Those that are used most first."""
    order = QuickReply.times_used.desc(), QuickReply.shortcut
    return (await session.scalars(select(QuickReply).order_by(*order).limit(MOST))).all()


async def of_id(session: AsyncSession, reply_id: int) -> QuickReply:
    """Raises NotFound."""
    reply = await session.get(QuickReply, reply_id)
    if reply is None:
        raise NotFound(NOT_THERE)
    return reply


async def create(session: AsyncSession, wanted: Wanted, by: User) -> QuickReply:
    """Raises Invalid, beside the field that is wrong."""
    if ((await session.scalar(select(func.count()).select_from(QuickReply))) or 0) >= MOST:
        raise Invalid(N_("There are 500 quick replies already. Remove one first."), field="shortcut")
    reply = QuickReply(file={}, times_used=0)
    await put(session, reply, wanted, by)
    session.add(reply)
    return reply


async def change(session: AsyncSession, reply_id: int, wanted: Wanted, by: User) -> None:
    """Raises NotFound, and Invalid as `create` does."""
    await put(session, await of_id(session, reply_id), wanted, by)


async def put(session: AsyncSession, reply: QuickReply, wanted: Wanted, by: User) -> None:
    shortcut = await free_shortcut(session, wanted.shortcut, reply.id)
    kept = None if wanted.without_file else reply.stored_as
    kind = wanted.attachment.type if wanted.attachment else (reply.file["type"] if kept else None)
    text = checked_text(wanted.text, kind)
    if wanted.attachment and wanted.attachment.file:
        reply.stored_as, reply.file = wanted.attachment.file.stored_as, files.described(wanted.attachment)
    elif kept is None:
        reply.stored_as, reply.file = None, {}
    reply.shortcut, reply.text = shortcut, text
    reply.changed_at, reply.changed_by_id = clock.now(), by.id


async def free_shortcut(session: AsyncSession, written: str, own_id: int | None) -> str:
    """As it is kept. Raises Invalid for one with blanks, and for another reply's."""
    shortcut = storable(written.strip().removeprefix("/").lower())
    if not SHORTCUT.fullmatch(shortcut) or len(shortcut) > LONGEST_SHORTCUT:
        raise Invalid(N_("A shortcut is one word of at most 40 letters, such as /frete."), field="shortcut")
    await alone_with(session, ["shortcuts of quick replies"])  # two may want the same one
    others = select(QuickReply.id).where(QuickReply.shortcut == shortcut, QuickReply.id != (own_id or 0))
    if (await session.execute(others)).first() is not None:
        raise Invalid(N_("Another quick reply has this shortcut. Choose another one."), field="shortcut")
    return shortcut


def checked_text(written: str, file_type: str | None) -> str:
    """Raises Invalid when there is nothing to say, too much of it, or a variable that is none."""
    text = storable(written.replace("\r\n", "\n").strip())
    if not text and file_type is None:
        raise Invalid(N_("Write what this quick reply says, or give it a file."), field="text")
    if is_longer(text, LONGEST_TEXT):
        raise Invalid(
            N_("WhatsApp takes at most 4096 characters. Shorten the text or send it in parts."), field="text"
        )
    if file_type in WITH_CAPTION and is_longer(text, LONGEST_CAPTION):
        raise Invalid(N_("Beside a file WhatsApp takes at most 1024 characters."), field="text")
    if filling.unknown(text):
        raise Invalid(N_("A variable in double braces is none of those below."), field="text")
    return text


async def remove(session: AsyncSession, reply_id: int) -> None:
    """Raises NotFound. Its file goes with the hourly sweep."""
    await session.delete(await of_id(session, reply_id))


async def note_use(session: AsyncSession, reply_id: int) -> None:
    """It was sent once more; one that is gone meanwhile is no fault."""
    reply = await session.get(QuickReply, reply_id, with_for_update={"key_share": True})
    if reply is not None:
        reply.times_used, reply.used_at = reply.times_used + 1, clock.now()
