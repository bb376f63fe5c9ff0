"""Time as the tests move it, and what the database holds when no page shows it."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import func, select

from app import clock
from app.db import reading


class MovingClock:
    """The time of day, and a hand to move it with."""

    def __init__(self) -> None:
        self.ahead = timedelta()
        self.stopped_at: datetime | None = None

    def __call__(self) -> datetime:
        return (self.stopped_at or datetime.now(UTC)) + self.ahead

    def stop(self) -> None:
        """From here on only `move` moves it."""
        self.stopped_at = datetime.now(UTC)

    def move(self, **span: float) -> None:
        self.ahead += timedelta(**span)


@contextmanager
def moving_clock() -> Iterator[MovingClock]:
    """The program's clock in the test's hand, while the block lasts."""
    hand = MovingClock()
    with clock.read_from(hand):
        yield hand


async def count(model: Any, *where: Any) -> int:
    """How many rows of a table there are that no page shows, such as events and jobs."""
    async with reading() as session:
        return (await session.execute(select(func.count()).select_from(model).where(*where))).scalar_one()
