"""The one seam for time: everything that asks what time it is asks here, and tests move it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo


def _system_time() -> datetime:
    return datetime.now(UTC)


_source: Callable[[], datetime] = _system_time


def now() -> datetime:
    """The present moment, aware, in UTC."""
    return _source()


def today(zone: ZoneInfo) -> date:
    """The business's calendar day."""
    return now().astimezone(zone).date()


@contextmanager
def read_from(source: Callable[[], datetime]) -> Iterator[None]:
    """Take the time from `source` for a while (tests)."""
    global _source
    before, _source = _source, source
    try:
        yield
    finally:
        _source = before
