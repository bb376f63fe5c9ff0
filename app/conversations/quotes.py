"""The messages that others answer, each with who said it."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import bindparam, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.models import User
from app.conversations import listing
from app.conversations.models import Direction, Message
from app.db import made, table_of


@dataclass(frozen=True)
class Quote:
    """`name`: the contact's or the attendant's; None for Claude, the phone app, and an attendant who is gone."""

    message: Message
    name: str | None


MESSAGES = table_of(Message)
QUOTED = select(MESSAGES).where(
    MESSAGES.c.number_id
    == bindparam("number"),  # the same in all of a conversation: by it an index finds a wamid
    MESSAGES.c.conversation_id == bindparam("conversation"),
    MESSAGES.c.wamid.in_(bindparam("wamids", expanding=True)),
)


async def quotes_in(session: AsyncSession, messages: Sequence[Message]) -> dict[str, Quote]:
    """The messages that these answer, by wamid; those we never had are missing."""
    wamids = {message.reply_to_wamid for message in messages if message.reply_to_wamid}
    if not wamids:
        return {}
    here = {"number": messages[0].number_id, "conversation": messages[0].conversation_id}
    rows = (await session.execute(QUOTED, {**here, "wamids": list(wamids)})).mappings()
    quoted = [made(Message, row) for row in rows]
    return {one.message.wamid or "": one for one in await quotes_of(session, quoted)}


async def quotes_of(session: AsyncSession, messages: Sequence[Message]) -> list[Quote]:
    """These messages of one conversation, to be quoted."""
    names = await author_names(session, messages)
    theirs = [one.conversation_id for one in messages if one.direction == Direction.IN]
    rows = await listing.rows_by_id(session, theirs[:1]) if theirs else {}
    contact = next((row.name for row in rows.values()), None)
    return [
        Quote(one, contact if one.direction == Direction.IN else names.get(one.user_id)) for one in messages
    ]


async def author_names(session: AsyncSession, messages: Sequence[Message]) -> dict[int | None, str]:
    ids = {message.user_id for message in messages if message.user_id is not None}
    if not ids:
        return {}
    named = select(User.id, User.name).where(User.id.in_(ids))
    return {user_id: name for user_id, name in await session.execute(named)}
