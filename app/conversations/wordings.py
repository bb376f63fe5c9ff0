"""A message that its author edited: each wording is kept, the newest is shown."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.conversations.models import Message, Wording
from app.db import insert_if_new
from app.search import message_text


async def reword(
    session: AsyncSession, message: Message, *, wamid: str, body: str, written_at: datetime
) -> bool:
    """Take in one edit, in any order and however often it comes; whether it was new. `message` is locked."""
    if message.edited_at is None:
        await keep(session, message.id, message.wamid or "", message.body, message.sent_at)
    if not await keep(session, message.id, wamid, body, written_at):
        return False
    wordings = select(Wording).where(Wording.message_id == message.id)
    newest = (
        await session.scalars(wordings.order_by(Wording.written_at.desc(), Wording.id.desc()).limit(1))
    ).one()
    changed = update(Message).where(Message.id == message.id)
    await session.execute(changed.values(body=newest.body, edited_at=newest.written_at))
    await message_text.read_again(session, message_text.MESSAGES.c.id == message.id)
    return True


async def keep(session: AsyncSession, message_id: int, wamid: str, body: str, written_at: datetime) -> bool:
    values: dict[str, Any] = {
        "message_id": message_id,
        "wamid": wamid,
        "body": body,
        "written_at": written_at,
    }
    return await insert_if_new(session, Wording, values, unique=["message_id", "wamid"]) is not None


async def earlier_of(session: AsyncSession, messages: Sequence[Message]) -> dict[int, list[Wording]]:
    """What edited messages said before, from old to new, by message id; asks nothing when none was edited."""
    edited = [message.id for message in messages if message.edited_at and not message.revoked_at]
    if not edited:
        return {}
    kept = select(Wording).where(Wording.message_id.in_(edited))
    found: dict[int, list[Wording]] = {}
    for wording in await session.scalars(kept.order_by(Wording.written_at, Wording.id)):
        found.setdefault(wording.message_id, []).append(wording)
    return {message_id: wordings[:-1] for message_id, wordings in found.items()}
