"""Each reader's own part of what an event shows, read for everybody who listens at once."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from app import clock
from app.accounts.models import User
from app.attention import counting
from app.attention.counting import ToLookAt
from app.conversations import listing
from app.conversations.listing import Row, Seen
from app.live.events import Event
from app.live.look import Look
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

    async def seen(self, look: Look, user: User, rows: dict[int, tuple[Event, Row]]) -> dict[int, Seen]:
        """This reader's part of each row; `rows`: by conversation, with the newest event that redraws it."""
        found: dict[int, Seen] = {}
        for conversation, (event, row) in rows.items():
            if self.concerns_all(event) and user.id in (shared := await self.all_of(look, event, row)):
                found[conversation] = listing.seen_of(user, row.conversation, *shared[user.id])
        missing = [row.conversation for one, (_, row) in rows.items() if one not in found]
        return found | (await listing.seen_by(await look.session(), user, missing) if missing else {})

    async def all_of(self, look: Look, event: Event, row: Row) -> dict[int, tuple[int, str | None]]:
        async def load() -> dict[int, tuple[int, str | None]]:
            return await listing.seen_by_all(await look.session(), list(self._listening), row.conversation.id)

        return await self.sheets.loaded(("seen", row.conversation.id, event.id), load)

    async def waiting(self, look: Look, user: User, newest: Event) -> int:
        """The number in this reader's title; `newest`: the last event that they look at."""

        async def load() -> dict[int, ToLookAt]:
            return await counting.to_look_at_by_all(await look.session(), list(self._listening))

        if self.concerns_all(newest):
            shared = await self.sheets.loaded(("waiting", newest.id), load)
            if user.id in shared:
                return shared[user.id].of(user)
        return await counting.conversations_to_look_at(await look.session(), user)
