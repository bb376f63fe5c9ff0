"""The one seam for time: everything that asks what time it is asks here, and tests move it.

On Postgres it tells the database's time, so that processes whose own clocks differ agree on leases; on SQLite the
process's clock is the database's, unless WhatsApp shows that it is wrong (`app/timekeeping.py` does the comparing).
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

EARLIEST = datetime(2009, 1, 1, tzinfo=UTC)  # WhatsApp began
LATEST = datetime(2200, 1, 1, tzinfo=UTC)


def system_time() -> datetime:
    """What this machine's clock shows. One that lost its battery (1970) or its mind (9999) runs on from the nearest
    year that a thread and a database can hold."""
    shown = _own()
    if EARLIEST <= shown < LATEST:
        return shown
    return (EARLIEST if shown < EARLIEST else LATEST) + timedelta(seconds=time.monotonic())


def _wall() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True)
class Reading:
    """What the database's clock, or WhatsApp's, showed (UTC), and what the monotonic clock showed then (seconds)."""

    shown: datetime
    monotonic: float


_reading: Reading | None = None
_own: Callable[[], datetime] = _wall


def _agreed_time() -> datetime:
    if _reading is None:
        return system_time()
    # Counted on from there: whatever happens to this machine's clock meanwhile changes nothing.
    return _reading.shown + timedelta(seconds=time.monotonic() - _reading.monotonic)


_source: Callable[[], datetime] = _agreed_time


def now() -> datetime:
    """The present moment, aware, in UTC."""
    return _source()


def today(zone: ZoneInfo) -> date:
    """The business's calendar day."""
    return now().astimezone(zone).date()


def follow(reading: Reading | None) -> None:
    """From now on tell the time of the clock that was read; None: this machine's again."""
    global _reading
    _reading = reading


@contextmanager
def read_from(source: Callable[[], datetime]) -> Iterator[None]:
    """Take the time from `source` for a while, whatever the database says (tests)."""
    global _source
    before, _source = _source, source
    try:
        yield
    finally:
        _source = before


@contextmanager
def machine_shows(source: Callable[[], datetime]) -> Iterator[None]:
    """Let this machine's clock show what `source` says for a while (tests)."""
    global _own
    before, _own = _own, source
    try:
        yield
    finally:
        _own = before
