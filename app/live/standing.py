"""Which sign-ins still stand: asked for everybody who listens at once, however many there are."""

import asyncio
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

from app.accounts.sign_in import standing_among
from app.db import reading

KNOWN_FOR_SECONDS = 1.0


class Standing:
    """Streams look every few seconds, each at its own time; what one has found out is good for the others' next second."""

    def __init__(self) -> None:
        self._listening: Counter[int] = Counter()
        self._look: asyncio.Future[frozenset[int]] | None = None
        self._looked_at = 0.0

    @contextmanager
    def listening(self, sign_in_id: int) -> Iterator[None]:
        """While the block lasts this sign-in is looked at with the others'."""
        self._listening[sign_in_id] += 1
        try:
            yield
        finally:
            self._listening[sign_in_id] -= 1
            if not self._listening[sign_in_id]:
                del self._listening[sign_in_id]

    async def includes(self, sign_in_id: int) -> bool:
        """Whether it stood at most a second ago. Only for who is listening."""
        now = asyncio.get_running_loop().time()
        if self._look is None or now - self._looked_at >= KNOWN_FOR_SECONDS:
            self._look, self._looked_at = asyncio.ensure_future(self._found(list(self._listening))), now
        look = self._look
        try:
            return sign_in_id in await asyncio.shield(look)
        except Exception:
            self._look = None  # a failure is not kept
            raise

    async def _found(self, ids: list[int]) -> frozenset[int]:
        async with reading() as session:
            return await standing_among(session, ids)
