"""A calendar month of the business, and its days, as spans of time."""

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, and_, case


@dataclass(frozen=True)
class Month:
    """`first`: its first day. Days begin at midnight in `zone`."""

    first: date
    zone: ZoneInfo

    @property
    def key(self) -> str:
        return f"{self.first:%Y-%m}"

    @property
    def next(self) -> "Month":
        return Month((self.first + timedelta(days=31)).replace(day=1), self.zone)

    @property
    def previous(self) -> "Month":
        return Month((self.first - timedelta(days=1)).replace(day=1), self.zone)

    @property
    def begins_at(self) -> datetime:
        return begin_of(self.first, self.zone)

    @property
    def ends_at(self) -> datetime:
        return self.next.begins_at

    @property
    def days(self) -> list[date]:
        return [self.first + timedelta(days=n) for n in range((self.next.first - self.first).days)]

    def holds(self, moment: Any) -> ColumnElement[bool]:
        """Whether a moment of the database falls into it."""
        return and_(moment >= self.begins_at, moment < self.ends_at)

    def day_of(self, moment: Any) -> ColumnElement[int]:
        """The day of the month, from 1, of a moment of the database that falls into it."""
        ends = (begin_of(day + timedelta(days=1), self.zone) for day in self.days)
        return case(*((moment < end, day) for day, end in enumerate(ends, start=1)), else_=len(self.days))


def begin_of(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(), zone)


def month_of(day: date, zone: ZoneInfo) -> Month:
    return Month(day.replace(day=1), zone)


def month_from(key: str, zone: ZoneInfo) -> Month | None:
    """The month that an address names as 2026-11; None for anything else."""
    if not re.fullmatch(r"20[0-9]{2}-(0[1-9]|1[0-2])", key):
        return None
    return Month(date(int(key[:4]), int(key[5:]), 1), zone)
