"""One look at the database for everything that one answer shows; none where others have just looked."""

from contextlib import AsyncExitStack

from sqlalchemy.ext.asyncio import AsyncSession

from app.db import reading


class Look:
    """Opens its session when it is first asked for; it ends with the stack."""

    def __init__(self, stack: AsyncExitStack) -> None:
        self._stack = stack
        self._session: AsyncSession | None = None

    async def session(self) -> AsyncSession:
        if self._session is None:
            self._session = await self._stack.enter_async_context(reading())
        return self._session
