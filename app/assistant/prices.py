"""What models cost: versions of prices, of which the newest that is valid counts."""

import re
from collections.abc import Collection
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.assistant.models import ModelPrice
from app.assistant.replies import Usage

MILLION = 1_000_000
SNAPSHOT = re.compile(r"[-@](?:20\d{6}|latest)$")  # a dated name costs what the plain one does
KINDS = ("input", "cache_write_5m", "cache_write_1h", "cache_read", "output")
PRICED = (*KINDS, "long_above", *(f"long_{kind}" for kind in KINDS))  # what a version tells


def priced_as(model: str) -> str:
    """The name by which a model stands in the table of prices."""
    return SNAPSHOT.sub("", model)


async def valid_at(
    session: AsyncSession, when: datetime, models: Collection[str] | None = None
) -> dict[str, ModelPrice]:
    """The prices that count at that moment, by the plain name of the model; None: of every model."""
    known = select(ModelPrice).where(ModelPrice.valid_from <= when)
    if models is not None:
        known = known.where(ModelPrice.model.in_({priced_as(model) for model in models}))
    in_order = await session.scalars(known.order_by(ModelPrice.valid_from, ModelPrice.id))
    return {price.model: price for price in in_order}


async def set_price(session: AsyncSession, wanted: ModelPrice) -> None:
    """A new version, unless nothing is other than in the one that counts."""
    known = (await valid_at(session, wanted.valid_from, {wanted.model})).get(wanted.model)
    if known is None or any(getattr(known, name) != getattr(wanted, name) for name in PRICED):
        session.add(wanted)
        await session.flush()


def cost_of(usage: Usage, price: ModelPrice) -> int:
    """In micro-USD, half of one rounded up."""
    is_long = price.long_above is not None and usage.prompt_tokens > price.long_above
    prefix = "long_" if is_long else ""
    at_a_million = 0
    for kind in KINDS:
        at_a_million += getattr(usage, f"{kind}_tokens") * (getattr(price, prefix + kind) or 0)
    return (at_a_million + MILLION // 2) // MILLION
