"""What Claude has cost: sums of the ledger."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, case, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.assistant.models import ApiCall
from app.months import Month

MOST_CONVERSATIONS = 10


@dataclass(frozen=True)
class Line:
    """What the calls with one `key` took together. `unpriced`: how many of them have no cost, for want of a price."""

    key: Any
    calls: int = 0
    microusd: int = 0
    unpriced: int = 0
    estimated: int = 0
    failed: int = 0
    prompt_tokens: int = 0
    cached_tokens: int = 0
    output_tokens: int = 0

    @property
    def cached_percent(self) -> int:
        """How much of what was read came from the cache."""
        return round(100 * self.cached_tokens / self.prompt_tokens) if self.prompt_tokens else 0

    @property
    def estimated_percent(self) -> float:
        return 100 * self.estimated / self.calls if self.calls else 0.0


def how_many(condition: Any) -> Any:
    return func.count(case((condition, 1)))


WRITTEN = ApiCall.cache_write_5m_tokens + ApiCall.cache_write_1h_tokens
SUMS = (
    func.count().label("calls"),
    func.coalesce(func.sum(ApiCall.cost_microusd), 0).label("microusd"),
    how_many(ApiCall.cost_microusd.is_(None)).label("unpriced"),
    how_many(ApiCall.is_estimated).label("estimated"),
    how_many(ApiCall.failure.is_not(None)).label("failed"),
    func.coalesce(func.sum(ApiCall.input_tokens + WRITTEN + ApiCall.cache_read_tokens), 0).label(
        "prompt_tokens"
    ),
    func.coalesce(func.sum(ApiCall.cache_read_tokens), 0).label("cached_tokens"),
    func.coalesce(func.sum(ApiCall.output_tokens), 0).label("output_tokens"),
)


async def lines_by(session: AsyncSession, month: Month, key: Any) -> list[Line]:
    """The month's calls by a column, the dearest first."""
    grouped = select(key.label("key"), *SUMS).where(month.holds(ApiCall.began_at)).group_by("key")
    lines = [line_of(row) for row in (await session.execute(grouped)).mappings()]
    return sorted(lines, key=lambda line: (-line.microusd, -line.prompt_tokens, str(line.key)))


async def by_day(session: AsyncSession, month: Month) -> dict[int, Line]:
    return {line.key: line for line in await lines_by(session, month, month.day_of(ApiCall.began_at))}


async def dearest_conversations(session: AsyncSession, month: Month) -> list[Line]:
    lines = await lines_by(session, month, ApiCall.conversation_id)
    return [line for line in lines if line.key is not None][:MOST_CONVERSATIONS]


async def of_conversation(session: AsyncSession, conversation_id: int) -> Line:
    return await of_all(session, conversation_id, ApiCall.conversation_id == conversation_id)


async def of_turn(session: AsyncSession, turn_id: int) -> Line:
    return await of_all(session, turn_id, ApiCall.turn_id == turn_id)


async def of_all(session: AsyncSession, key: int, which: ColumnElement[bool]) -> Line:
    sums = (await session.execute(select(*SUMS).where(which))).mappings().one()
    return line_of({"key": key, **sums})


async def first_call_at(session: AsyncSession) -> datetime | None:
    return (await session.execute(select(func.min(ApiCall.began_at)))).scalar_one()


def total_of(lines: Iterable[Line]) -> Line:
    lines = list(lines)
    names = [name for name in Line.__dataclass_fields__ if name != "key"]
    return Line(None, **{name: sum(getattr(line, name) for line in lines) for name in names})


def line_of(row: Any) -> Line:
    """Postgres sums whole numbers as decimals."""
    return Line(row["key"], **{name: int(value) for name, value in row.items() if name != "key"})
