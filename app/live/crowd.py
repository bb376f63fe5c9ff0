"""Each reader's own part of what an event shows, read for everybody who listens at once."""

from collections import Counter
from collections.abc import Hashable, Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

from app import clock
from app.accounts.models import User
from app.attention import counting
from app.attention.counting import Counts
from app.conversations import seen
from app.conversations.listing import Row
from app.conversations.seen import Seen
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

    async def seen(
        self, look: Look, users: Sequence[User], rows: dict[int, tuple[Event, Row]]
    ) -> dict[int, tuple[Seen, ...]]:
        """By user, their part of each row, in the rows' order. `rows`: by conversation, each with the newest event for it."""
        shared = [await self.all_of(look, event, row) for event, row in rows.values()]
        conversations = [row.conversation for _, row in rows.values()]
        found: dict[int, tuple[Seen, ...]] = {}
        alike: dict[Hashable, tuple[Seen, ...]] = {}
        for user in users:
            theirs = tuple([of_all.get(user.id) for of_all in shared])
            if None in theirs:
                asked = await seen.seen_by(await look.session(), user, conversations)
                found[user.id] = tuple([asked[conversation.id] for conversation in conversations])
                continue
            key = user.silences_claude, theirs
            if key not in alike:
                both = zip(conversations, theirs, strict=True)
                alike[key] = tuple(seen.seen_of(user, one, part) for one, part in both if part)
            found[user.id] = alike[key]
        return found

    async def all_of(self, look: Look, event: Event, row: Row) -> dict[int, tuple[Any, ...]]:
        """Everybody's part of this row who listens, by user; nobody's where the event is not for all."""

        async def load() -> dict[int, tuple[Any, ...]]:
            return await seen.seen_by_all(await look.session(), list(self._listening), row.conversation.id)

        if not self.concerns_all(event):
            return {}
        return await self.sheets.loaded(("seen", row.conversation.id, event.id), load)

    async def counts(self, look: Look, users: Sequence[User], newest: Event) -> dict[int, Counts]:
        """What each one's page counts; `newest`: the last event that they look at."""

        async def load() -> dict[int, Counts]:
            return await counting.counts_of_all(await look.session(), list(self._listening))

        shared = await self.sheets.loaded(("counts", newest.id), load) if self.concerns_all(newest) else {}
        return {
            user.id: shared[user.id]
            if user.id in shared
            else await counting.counts_of(await look.session(), user)
            for user in users
        }
