"""Each reader's own part of what an event shows, read for everybody who listens at once."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from app import clock
from app.accounts.models import User
from app.attention import counting
from app.conversations import listing
from app.conversations.listing import Row, Seen
from app.live.events import Event
from app.live.sheets import Sheets

SHARED_WITHIN = timedelta(seconds=5)  # who catches up on older news reads for themselves


class Crowd:
    """Who listens in this process, by user. A thousand of them cost one query an event, not a thousand."""

    def __init__(self, sheets: Sheets) -> None:
        self.sheets = sheets
        self._listening: Counter[int] = Counter()

    @contextmanager
    def joined(self, user_id: int) -> Iterator[None]:
        self._listening[user_id] += 1
        try:
            yield
        finally:
            self._listening[user_id] -= 1
            if not self._listening[user_id]:
                del self._listening[user_id]

    def concerns_all(self, event: Event) -> bool:
        return event.user_id is None and event.at >= clock.now() - SHARED_WITHIN

    async def seen(
        self, session: AsyncSession, user: User, rows: dict[int, tuple[Event, Row]]
    ) -> dict[int, Seen]:
        """This reader's part of each row; `rows`: by conversation, with the newest event that redraws it."""
        found: dict[int, Seen] = {}
        for conversation, (event, row) in rows.items():
            if self.concerns_all(event) and user.id in (shared := await self.all_of(session, event, row)):
                found[conversation] = listing.seen_of(user, row.conversation, *shared[user.id])
        missing = [row.conversation for one, (_, row) in rows.items() if one not in found]
        return found | (await listing.seen_by(session, user, missing) if missing else {})

    async def all_of(
        self, session: AsyncSession, event: Event, row: Row
    ) -> dict[int, tuple[int, str | None]]:
        users = list(self._listening)
        return await self.sheets.loaded(
            ("seen", row.conversation.id, event.id),
            lambda: listing.seen_by_all(session, users, row.conversation.id),
        )

    async def waiting(self, session: AsyncSession, user: User, newest: Event) -> int:
        """The number in this reader's title; `newest`: the last event that they look at."""
        if self.concerns_all(newest):
            users = list(self._listening)
            shared = await self.sheets.loaded(
                ("waiting", newest.id), lambda: counting.to_look_at_by_all(session, users)
            )
            if user.id in shared:
                return shared[user.id].of(user)
        return await counting.conversations_to_look_at(session, user)
