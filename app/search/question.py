"""What somebody looks for: the words, and what narrows them down. Read from an address, so that it can be shared."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from functools import cached_property
from typing import Any, TypeVar
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from app import clock
from app.accounts.models import User
from app.search.words import MOST_ASKED, Term, Terms, asked_for, marked

MOST_MONTHS = 24  # that are named one by one to the database


Choice = TypeVar("Choice", bound=StrEnum)


class Kind(StrEnum):
    """What a message carries, or that it is unread; the values stand in addresses and, but for the last, in marks."""

    PHOTO = "photo"
    VIDEO = "video"
    LINK = "link"
    DOCUMENT = "document"
    AUDIO = "audio"
    NOTE = "note"
    UNREAD = "unread"


class By(StrEnum):
    """Who wrote it. A colleague is their user id in its place."""

    CUSTOMER = "customer"
    ME = "me"
    CLAUDE = "claude"
    PHONE = "phone"


AUTHORS = {By.CUSTOMER: "contact", By.CLAUDE: "claude", By.PHONE: "phone"}


class When(StrEnum):
    TODAY = "today"
    WEEK = "week"  # today and the six days before
    MONTH = "month"  # and the 29 days before
    BETWEEN = "between"


DAYS = {When.TODAY: 1, When.WEEK: 7, When.MONTH: 30}


@dataclass(frozen=True)
class Question:
    """`by`: a `By`, or a user's id. `since` and `until`: whole days in the business's zone, both included."""

    text: str = ""
    kind: Kind | None = None
    by: By | int | None = None
    when: When | None = None
    since: date | None = None
    until: date | None = None

    @cached_property
    def words(self) -> list[Term]:
        return asked_for(self.text)

    @property
    def is_empty(self) -> bool:
        """Whether nothing is asked: not a word, nothing chosen."""
        return not self.words and not self.narrows

    @property
    def narrows(self) -> bool:
        """Whether it speaks of messages alone: people have no date and carry nothing."""
        return bool(self.kind or self.by is not None or self.since or self.until or self.when)

    @property
    def everywhere(self) -> "Question":
        """The same words, narrowed by nothing."""
        return Question(self.text)

    def days(self, zone: ZoneInfo) -> tuple[date | None, date | None]:
        """The first and the last day, as far as they are bounded."""
        if self.when in DAYS:
            today = clock.today(zone)
            return today - timedelta(days=DAYS[self.when] - 1), None
        return self.since, self.until

    def span(self, zone: ZoneInfo) -> tuple[datetime | None, datetime | None]:
        """The same as moments: from the first on, and before the second."""
        first, last = self.days(zone)
        return (
            datetime.combine(first, time(), zone).astimezone(UTC) if first else None,
            datetime.combine(last + timedelta(days=1), time(), zone).astimezone(UTC) if last else None,
        )

    def terms(self, reader: User, zone: ZoneInfo, conversation_id: int | None = None) -> Terms:
        """What must stand among a message's words."""
        groups = [[term] for term in self.words]
        if conversation_id is not None:
            groups.append([Term(marked("c", conversation_id))])
        if self.kind is Kind.UNREAD:
            groups.append([Term(marked("by", AUTHORS[By.CUSTOMER]))])
        elif self.kind is not None:
            groups.append([Term(marked(self.kind))])
        if self.by is not None:
            groups.append([Term(self.mark_of_author(reader))])
        if months := self.months(zone):
            groups.append([Term(marked("m", month)) for month in months])
        return groups

    def mark_of_author(self, reader: User) -> str:
        if self.by in AUTHORS:
            return marked("by", AUTHORS[By(self.by)])
        return marked("user", reader.id if self.by is By.ME else self.by)

    def months(self, zone: ZoneInfo) -> list[str]:
        """The months that the days lie in: so that few other messages are looked at. [] for too many, or without end."""
        since, until = self.span(zone)
        if since is None:
            return []
        until = until or clock.now() + timedelta(days=1)
        first, last = since.year * 12 + since.month - 1, until.year * 12 + until.month - 1
        if not 0 <= last - first < MOST_MONTHS:
            return []
        return [f"{month // 12}{month % 12 + 1:02}" for month in range(first, last + 1)]

    def address(self, **changed: Any) -> str:
        """The query string of this question, or of one that differs in these fields."""
        other = replace(self, **changed)
        told: dict[str, object] = {"q": other.text, "kind": other.kind, "by": other.by, "when": other.when}
        told |= {"since": other.since, "until": other.until}
        return urlencode(
            {name: str(value) for name, value in told.items() if value is not None and value != ""}
        )


def question_in(fields: Mapping[str, str]) -> Question:
    """The question that an address asks. What makes no sense in it is left out."""
    since, until = day_in(fields.get("since", "")), day_in(fields.get("until", ""))
    when = one_of(When, fields.get("when", ""))
    if when in DAYS:
        since = until = None
    elif since or until:
        when = When.BETWEEN
    return Question(
        text=fields.get("q", "")[:MOST_ASKED],
        kind=one_of(Kind, fields.get("kind", "")),
        by=author_in(fields.get("by", "")),
        when=when if when in DAYS or since or until else None,
        since=since,
        until=until,
    )


def author_in(told: str) -> By | int | None:
    if told.isascii() and told.isdigit() and len(told) <= 18:
        return int(told)
    return one_of(By, told)


def one_of(choices: type[Choice], told: str) -> Choice | None:
    return choices(told) if told in list(choices) else None


def day_in(told: str) -> date | None:
    try:
        day = date.fromisoformat(told)
    except ValueError:
        return None
    return day if 1970 < day.year < 9999 else None
