"""What attendants have typed and not sent: kept on the server, so it is there on every device of theirs."""

from sqlalchemy import delete
from sqlalchemy.ext.asyncio import AsyncSession

from app import clock
from app.conversations.models import Draft

LONGEST_DRAFT = 65_536  # code points; more than can be sent, so that nothing typed is lost


async def keep(session: AsyncSession, user_id: int, conversation_id: int, text: str) -> None:
    """Remember what this attendant has typed here; nothing but blanks forgets it."""
    if not text.strip():
        await forget(session, user_id, conversation_id)
        return
    text = text[:LONGEST_DRAFT]
    await session.merge(
        Draft(user_id=user_id, conversation_id=conversation_id, text=text, updated_at=clock.now())
    )


async def forget(session: AsyncSession, user_id: int, conversation_id: int) -> None:
    await session.execute(
        delete(Draft).where(Draft.user_id == user_id, Draft.conversation_id == conversation_id)
    )
