"""Edits and deletions that came before the message that they speak of: webhooks come in any order."""

from collections.abc import Collection, Iterable
from datetime import datetime

from sqlalchemy import and_, delete, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.conversations import wordings
from app.conversations.models import EarlyChange, Message
from app.db import insert_if_new
from app.live.events import Change, EventKind, announce

MOST = 500  # messages that are caught up with in one transaction


async def keep(
    session: AsyncSession, number_id: int, target_wamid: str, wamid: str, body: str | None, at: datetime
) -> None:
    """Until the message comes. `body`: its new wording, None when it was taken back at `at`."""
    values = {
        "number_id": number_id,
        "target_wamid": target_wamid,
        "wamid": wamid,
        "body": body,
        "changed_at": at,
    }
    await insert_if_new(session, EarlyChange, values, unique=["number_id", "target_wamid", "wamid"])


async def apply(
    session: AsyncSession, messages: Iterable[Message], awaited: Collection[tuple[int, str]]
) -> None:
    """Change messages that have just been stored, of which these, by number and wamid, were spoken of before."""
    for message in messages:
        if (message.number_id, message.wamid) in awaited:
            await apply_to(session, message)


async def apply_to(session: AsyncSession, message: Message) -> None:
    theirs = (EarlyChange.number_id == message.number_id, EarlyChange.target_wamid == message.wamid)
    gone = await session.scalars(delete(EarlyChange).where(*theirs).returning(EarlyChange))
    for change in sorted(gone.all(), key=lambda one: (one.changed_at, one.id)):
        if change.body is None:
            taken_back = update(Message).where(Message.id == message.id)
            await session.execute(taken_back.values(revoked_at=change.changed_at, search_text=""))
        else:
            await wordings.reword(
                session, message, wamid=change.wamid, body=change.body, written_at=change.changed_at
            )


async def catch_up(session: AsyncSession) -> None:
    """Change messages that another process stored at the very moment in which a change of them was kept."""
    spoken_of = and_(EarlyChange.number_id == Message.number_id, EarlyChange.target_wamid == Message.wamid)
    there = select(Message.id).join(EarlyChange, spoken_of).distinct().order_by(Message.id).limit(MOST)
    late = select(Message).where(Message.id.in_(there)).order_by(Message.id).with_for_update()
    for message in (await session.scalars(late)).all():
        await apply_to(session, message)
        announce(session, Change(EventKind.MESSAGE_CHANGED, message.conversation_id, message.id))
