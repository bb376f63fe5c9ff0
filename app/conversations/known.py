"""Which messages we have, and of which something came before them: asked of everything that comes."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import BindParameter, bindparam, literal_column, select, union_all
from sqlalchemy.ext.asyncio import AsyncSession

from app.conversations.models import EarlyChange, Message
from app.db import table_of

Key = tuple[int, str]  # a message, by its number's id and its wamid

MESSAGES, EARLY = table_of(Message), table_of(EarlyChange)
NUMBERS: BindParameter[Any] = bindparam("numbers", expanding=True)
WAMIDS: BindParameter[Any] = bindparam("wamids", expanding=True)

# Built once: it stands on the way of every message.
KNOWN = union_all(
    select(*MESSAGES.c["number_id", "wamid"], literal_column("0").label("is_awaited")).where(
        MESSAGES.c.number_id.in_(NUMBERS), MESSAGES.c.wamid.in_(WAMIDS)
    ),
    select(EARLY.c.number_id, EARLY.c.target_wamid, literal_column("1")).where(
        EARLY.c.number_id.in_(NUMBERS), EARLY.c.target_wamid.in_(WAMIDS)
    ),
)


async def looked_up(session: AsyncSession, keys: Sequence[Key]) -> tuple[set[Key], set[Key]]:
    """Which of these messages are stored, and of which a change came before them; there may be others of the same
    numbers."""
    asked = {"numbers": list({number for number, _ in keys}), "wamids": [wamid for _, wamid in keys]}
    known: tuple[set[Key], set[Key]] = (set(), set())
    for number_id, wamid, is_awaited in await session.execute(KNOWN, asked):
        known[is_awaited].add((number_id, wamid))
    return known


async def known_of(session: AsyncSession, keys: Sequence[Key]) -> set[Key]:
    """Which of these messages are stored."""
    return (await looked_up(session, keys))[0]
