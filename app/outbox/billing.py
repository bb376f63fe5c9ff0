"""What Meta takes for messages: what its reports say of each one that arrived, and the prices that somebody typed."""

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from sqlalchemy import exists, func, or_, select, text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from app import clock
from app.months import Month, begin_of
from app.outbox.models import Delivery, DeliveryReport, MessagePrice

FREE_A_MONTH = 1000  # free-form messages that arrive, for each number
# Written out, or its index would not be found.
HAS_ARRIVED = text("delivery_report.status IN ('delivered', 'read')")
CHARGED, FREE_SERVICE = "regular", "free_customer_service"  # Meta's words
SERVICE = "service"  # the category of free-form messages
CATEGORIES = (SERVICE, "utility", "marketing", "authentication")  # what an admin can give a price


@dataclass
class Billed:
    """Of one month: messages that arrived by what Meta calls them, and what the charged ones cost in micro-USD."""

    free_by_number: Counter[int] = field(default_factory=Counter)
    charged: Counter[str] = field(default_factory=Counter)  # by category
    free: int = 0
    microusd_by_category: Counter[str] = field(default_factory=Counter)
    microusd_by_day: Counter[int] = field(default_factory=Counter)
    unpriced: int = 0

    @property
    def microusd(self) -> int:
        return self.microusd_by_day.total()


async def of_month(session: AsyncSession, month: Month) -> Billed:
    prices, billed = await versions(session), Billed()
    for day, number_id, kind, category, count in await counted(session, month):
        if kind == FREE_SERVICE:
            billed.free_by_number[number_id] += count
        if kind != CHARGED:
            billed.free += count
            continue
        billed.charged[category] += count
        price = price_on(prices, category, month.days[day - 1], month)
        if price is None:
            billed.unpriced += count
        else:
            billed.microusd_by_category[category] += price * count
            billed.microusd_by_day[day] += price * count
    return billed


async def counted(session: AsyncSession, month: Month) -> list[tuple[int, int, str, str, int]]:
    """Messages that arrived in the month: day, number, Meta's kind and category, how many."""
    report, other = DeliveryReport, aliased(DeliveryReport)
    kind, category = report.pricing["type"].as_string(), report.pricing["category"].as_string()
    # The price comes with one of "delivered" and "read"; where it came with both, the first word counts.
    was_told = exists().where(
        other.delivery_id == report.delivery_id,
        other.status == "delivered",
        other.pricing["type"].as_string().is_not(None),
    )
    day = month.day_of(report.reported_at)
    asked = (
        select(
            day.label("day"), Delivery.number_id, kind.label("kind"), category.label("category"), func.count()
        )
        .join(Delivery, Delivery.id == report.delivery_id)
        .where(
            HAS_ARRIVED,
            month.holds(report.reported_at),
            kind.is_not(None),
            or_(report.status == "delivered", ~was_told),
        )
        .group_by("day", Delivery.number_id, "kind", "category")
    )
    found = await session.execute(asked)
    return [(day, number, kind, category or "", count) for day, number, kind, category, count in found]


Versions = Mapping[str, list[tuple[datetime, int]]]  # of each category, the oldest first


async def versions(session: AsyncSession) -> Versions:
    in_order = select(MessagePrice).order_by(MessagePrice.valid_from, MessagePrice.id)
    found: dict[str, list[tuple[datetime, int]]] = defaultdict(list)
    for price in await session.scalars(in_order):
        found[price.category].append((price.valid_from, price.microusd))
    return found


def price_on(versions: Versions, category: str, day: date, month: Month) -> int | None:
    """What a message of that day costs: the price that was typed last before the day was over."""
    ends_at = begin_of(day + timedelta(days=1), month.zone)
    valid = [microusd for since, microusd in versions.get(category, []) if since < ends_at]
    return valid[-1] if valid else None


async def current(session: AsyncSession) -> dict[str, int]:
    """What each category costs now, where somebody typed it."""
    now = clock.now()
    known = {
        category: [price for since, price in prices if since <= now]
        for category, prices in (await versions(session)).items()
    }
    return {category: prices[-1] for category, prices in known.items() if prices}


async def set_price(session: AsyncSession, category: str, microusd: int) -> None:
    """From now on; what arrived on earlier days keeps its price."""
    if (await current(session)).get(category) != microusd:
        session.add(MessagePrice(category=category, valid_from=clock.now(), microusd=microusd))
        await session.flush()
