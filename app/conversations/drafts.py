"""What attendants have typed and not sent: kept on the server, so it is there on every device of theirs."""

from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession

from app import clock
from app.characters import storable
from app.conversations.models import Draft

LONGEST_DRAFT = 65_536  # code points; more than can be sent, so that nothing typed is lost


async def keep(session: AsyncSession, user_id: int, conversation_id: int, text: str) -> None:
    """Remember what this attendant has typed here; nothing but blanks forgets it."""
    if not text.strip():
        await forget(session, user_id, conversation_id)
        return
    dialect: Any = sqlite if session.get_bind().dialect.name == "sqlite" else postgresql
    put = dialect.insert(Draft).values(
        user_id=user_id,
        conversation_id=conversation_id,
        text=storable(text[:LONGEST_DRAFT]),
        updated_at=clock.now(),
    )
    newer = {name: put.excluded[name] for name in ("text", "updated_at")}
    key = ["user_id", "conversation_id"]  # two tabs may type at once
    await session.execute(put.on_conflict_do_update(index_elements=key, set_=newer))


async def put_back(session: AsyncSession, user_id: int, conversation_id: int, text: str) -> None:
    """What was sent and taken back stands in front of what has been typed since."""
    typed = select(Draft.text).where(Draft.user_id == user_id, Draft.conversation_id == conversation_id)
    since = (await session.execute(typed)).scalar_one_or_none()
    await keep(session, user_id, conversation_id, f"{text}\n{since}" if since else text)


async def forget(session: AsyncSession, user_id: int, conversation_id: int) -> None:
    await session.execute(
        delete(Draft).where(Draft.user_id == user_id, Draft.conversation_id == conversation_id)
    )
