"""What Claude and WhatsApp have cost in a month, for supervisors and admins."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.requests import Request
from starlette.responses import Response

from app import clock
from app.accounts.models import User
from app.accounts.permissions import Permission, may, require
from app.assistant import costs
from app.assistant.costs import Line
from app.assistant.models import ApiCall
from app.contacts.models import Contact
from app.conversations.access import conversations_for
from app.db import reading
from app.installation import installation
from app.months import Month, month_from, month_of
from app.outbox import billing
from app.outbox.billing import FREE_A_MONTH, Billed
from app.pages import costs_words
from app.templating import render
from app.whatsapp.models import Number

MOST_MONTHS = 36  # in the picker


@dataclass(frozen=True)
class Day:
    """Both bills of one day, in micro-USD."""

    day: date
    claude: int
    whatsapp: int

    @property
    def both(self) -> int:
        return self.claude + self.whatsapp


async def show(request: Request) -> Response:
    """`GET /costs?month=2026-11`; this month for anything that is none."""
    user: User = request.state.user
    require(user, Permission.OVERSEE)
    zone = request.app.state.settings.zone
    this = month_of(clock.today(zone), zone)
    month = month_from(request.query_params.get("month", ""), zone) or this
    async with reading() as session:
        billed = await billing.of_month(session, month)
        days = days_of(month, await costs.by_day(session, month), billed)
        models = await costs.lines_by(session, month, ApiCall.model)
        shown: dict[str, Any] = {
            "models": models,
            "purposes": await costs.lines_by(session, month, ApiCall.purpose),
            "conversations": await named(session, user, await costs.dearest_conversations(session, month)),
            "numbers": (await session.scalars(select(Number).order_by(Number.id))).all(),
            "months": months_between(month, this, await costs.first_call_at(session)),
            "rate": await installation(session),
        }
    return render(
        request,
        "costs/costs.html",
        month=month,
        days=days,
        dearest=max((day.both for day in days), default=0),
        total=costs.total_of(models),
        billed=billed,
        free_a_month=FREE_A_MONTH,
        administers=may(user, Permission.ADMINISTER),
        words=costs_words,
        **shown,
    )


def days_of(month: Month, claude: dict[int, Line], billed: Billed) -> list[Day]:
    """Those on which something was paid, the newest first."""
    days = []
    for number, day in enumerate(month.days, start=1):
        spent = claude[number].microusd if number in claude else 0
        if number in claude or billed.microusd_by_day[number]:
            days.append(Day(day, spent, billed.microusd_by_day[number]))
    return days[::-1]


async def named(session: AsyncSession, user: User, lines: Sequence[Line]) -> list[tuple[Line, str]]:
    """The conversations that this person may see, with the name of whose each is."""
    seen = await conversations_for(session, user, [line.key for line in lines])
    contacts = {one.id: one.contact_id for one in seen}
    asked = select(Contact.id, Contact.name).where(Contact.id.in_(contacts.values()))
    names = {row.id: row.name for row in await session.execute(asked)}
    return [(line, names.get(contacts[line.key], "")) for line in lines if line.key in contacts]


def months_between(shown: Month, this: Month, first_at: datetime | None) -> list[Month]:
    """What can be looked at, the newest first: since the first call, and the month that is shown."""
    first = month_of(first_at.astimezone(this.zone).date(), this.zone) if first_at else this
    months = [this]
    while months[-1].first > first.first and len(months) < MOST_MONTHS:
        months.append(months[-1].previous)
    return months if shown in months else sorted([*months, shown], key=lambda one: one.first, reverse=True)
