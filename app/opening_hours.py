"""When people are at the desk: the hours of each weekday, and the days on which nobody is."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cached_property
from typing import Any

from app.errors import Invalid
from app.i18n import N_, catalogue

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
CLOSED_DAYS = "closed_days"
FIELDS = (*WEEKDAYS, CLOSED_DAYS)
DAY = 24 * 60
DAYS_AHEAD = 62  # a summer holiday; whoever is closed longer is not waited for

# "9-12", "9h às 12h30", "09:00–19:00": minutes may be missing, and 24 is midnight.
CLOCK = r"(\d{1,2})(?:\s*[:h]\s*(\d{2})?)?"
SPAN = re.compile(rf"{CLOCK}\s*(?:-|–|—|às|as|até|ate|a|to)\s*{CLOCK}")
BETWEEN = re.compile(r"\s*(?:,|;|/|\be\b|\by\b|\band\b)\s*")
CLOSED = {"", "-", "fechado", "closed", "cerrado"}
HOLIDAY = re.compile(r"(\d{1,2})/(\d{1,2})(?:/(\d{4}))?")

NO_HOURS = N_("Write hours as 9:00-18:00, two spans with a comma between them, or nothing for a closed day.")
NO_DAYS = N_("Write each closed day on a line of its own: 25/12 for every year, 16/02/2027 for one.")
CLOSED_NOW = N_("Our team answers again %(when)s.")
WAIT = N_("The wait is usually about %(minutes)d minutes.")
TODAY = N_("today at %(time)s")
TOMORROW = N_("tomorrow at %(time)s")
LATER = N_("on %(weekday)s, %(date)s, at %(time)s")
NAMES = (
    N_("Monday"), N_("Tuesday"), N_("Wednesday"), N_("Thursday"), N_("Friday"), N_("Saturday"), N_("Sunday"),
)  # fmt: skip

Span = tuple[int, int]  # minutes since midnight; the end lies on the next day when it is the smaller one


@dataclass(frozen=True)
class OpeningHours:
    """As the owner typed them, made plain by `checked`. Without any weekday nobody knows when people are there."""

    typed: Mapping[str, str]

    @cached_property
    def spans(self) -> Sequence[Sequence[Span]]:
        return [spans_in(self.typed.get(day, "")) for day in WEEKDAYS]

    @cached_property
    def closed(self) -> Sequence[tuple[int, int, int | None]]:
        return days_in(self.typed.get(CLOSED_DAYS, ""))

    @property
    def are_known(self) -> bool:
        return any(self.spans)

    def is_open(self, here: datetime) -> bool:
        """`here`: the time in the business's zone."""
        return any(begins <= here < ends for begins, ends in self.open_spans(here, from_day=-1, days=2))

    def opens_at(self, here: datetime) -> datetime | None:
        """When people come next, in the business's zone; None while they are there, or when that is not known."""
        if self.is_open(here):
            return None
        coming = (begins for begins, _ends in self.open_spans(here, 0, DAYS_AHEAD) if begins > here)
        return min(coming, default=None)

    def open_spans(self, here: datetime, from_day: int, days: int) -> Iterator[tuple[datetime, datetime]]:
        """The spans that begin on these days, counted from today."""
        for ahead in range(from_day, from_day + days):
            day = here.date() + timedelta(days=ahead)
            if not self.is_holiday(day):
                for begins, ends in self.spans[day.weekday()]:
                    yield moment(here, day, begins), moment(here, day, ends + DAY * (ends <= begins))

    def is_holiday(self, day: date) -> bool:
        return any(
            (day.day, day.month) == (its_day, month) and year in (None, day.year)
            for its_day, month, year in self.closed
        )


def moment(here: datetime, day: date, minutes: int) -> datetime:
    at = day + timedelta(days=minutes // DAY)
    return datetime.combine(at, time(minutes % DAY // 60, minutes % 60), here.tzinfo)


def checked(typed: Mapping[str, str]) -> dict[str, Any]:
    """What is stored of these fields, each span in one form. Raises Invalid with the field that cannot be read."""
    plain: dict[str, Any] = {}
    for field in (name for name in FIELDS if name in typed):
        try:
            plain[field] = plain_days(typed[field]) if field == CLOSED_DAYS else plain_spans(typed[field])
        except ValueError:
            raise Invalid(NO_DAYS if field == CLOSED_DAYS else NO_HOURS, field=field) from None
    return plain


def plain_spans(text: str) -> str:
    return ", ".join(f"{clock_of(begins)}-{clock_of(ends)}" for begins, ends in spans_in(text))


def plain_days(text: str) -> str:
    return "\n".join(
        f"{day:02}/{month:02}" + (f"/{year}" if year else "") for day, month, year in days_in(text)
    )


def spans_in(text: str) -> list[Span]:
    """Raises ValueError for what is no span, or one without length."""
    text = text.strip().lower()
    return [] if text in CLOSED else [span(part) for part in BETWEEN.split(text) if part]


def span(text: str) -> Span:
    found = SPAN.fullmatch(text)
    if found is None:
        raise ValueError(text)
    begins, ends = minutes_of(*found.group(1, 2)), minutes_of(*found.group(3, 4))
    if begins in (ends, DAY):
        raise ValueError(text)
    return begins, ends


def minutes_of(hours: str, minutes: str | None) -> int:
    at = int(hours) * 60 + int(minutes or 0)
    if at > DAY or int(minutes or 0) > 59:
        raise ValueError(at)
    return at


def clock_of(minutes: int) -> str:
    return f"{minutes // 60:02}:{minutes % 60:02}"


def days_in(text: str) -> list[tuple[int, int, int | None]]:
    """(day, month, year or None for every year). Raises ValueError for a day that no calendar has."""
    days = []
    for part in re.split(r"[\s,;]+", text.strip()):
        if part:
            found = HOLIDAY.fullmatch(part)
            if found is None:
                raise ValueError(part)
            day, month, year = int(found[1]), int(found[2]), int(found[3]) if found[3] else None
            date(year or 2028, month, day)  # a leap year: the 29th of February is a day
            days.append((day, month, year))
    return days


def expectation(hours: OpeningHours, wait_minutes: int, here: datetime, locale: str) -> str:
    """What a customer may expect of the team now, in this language; "" when the owner has told neither."""
    words = catalogue(locale).gettext
    if (opens := hours.opens_at(here)) is not None:
        return words(CLOSED_NOW) % {"when": when(opens, here, locale)}
    if wait_minutes and (hours.is_open(here) or not hours.are_known):
        return words(WAIT) % {"minutes": wait_minutes}
    return ""


def when(opens: datetime, here: datetime, locale: str) -> str:
    words = catalogue(locale).gettext
    told = {"time": f"{opens:%H:%M}", "date": f"{opens:%d/%m}", "weekday": words(NAMES[opens.weekday()])}
    days = (opens.date() - here.date()).days
    return words((TODAY, TOMORROW)[days] if days < 2 else LATER) % told
