"""The key, the money or the permission is gone: Claude stays silent until somebody has seen to it."""

from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession

from app import clock
from app.installation import Installation


async def note(session: AsyncSession, kind: str) -> None:
    """From now on people answer at once. `kind`: a failure's name; the first one stands."""
    quiet = update(Installation).where(Installation.id == 1, Installation.claude_trouble.is_(None))
    await session.execute(quiet.values(claude_trouble=kind, claude_trouble_at=clock.now()))


async def clear(session: AsyncSession) -> None:
    """Somebody saw to it, or it was found to work."""
    standing = update(Installation).where(Installation.claude_trouble.is_not(None))
    await session.execute(standing.values(claude_trouble=None, claude_trouble_at=None))
