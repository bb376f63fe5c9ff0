"""How fast messages may leave: a limit for each number and one for each contact, shared by all senders.

Both are the generic cell rate algorithm, kept as one moment: when the next message may leave.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

PROBES_EACH = timedelta(minutes=5)  # at a number of which WhatsApp takes nothing
PROMPTNESS = 10  # what waited comes in small bursts, a tenth of a second's worth


@dataclass(frozen=True, slots=True)
class Pace:
    """At most `burst` at once, and then one more each `interval`. `free_at` None: nothing has left yet."""

    interval: timedelta
    burst: int

    @classmethod
    def per_second(cls, limit: int) -> "Pace":
        """Never more than `limit` within any one second, whenever that second begins."""
        burst = max(limit // PROMPTNESS, 1)
        return cls(timedelta(seconds=1 / (limit - burst + 1)), burst)

    def room(self, free_at: datetime | None, now: datetime) -> int:
        """How many may leave now."""
        waited = now - self._since(free_at, now)
        return waited // self.interval + 1 if waited >= timedelta() else 0

    def after(self, free_at: datetime | None, now: datetime, count: int = 1) -> datetime:
        """When the next may leave once `count` more have left now."""
        return self._since(free_at, now) + count * self.interval

    def _since(self, free_at: datetime | None, now: datetime) -> datetime:
        """A pause is worth a burst, and a longer one no more."""
        earliest = now - (self.burst - 1) * self.interval
        return earliest if free_at is None else max(free_at, earliest)


# Meta's rule for one customer: a message each 6 s, and up to 45 at once borrowed from the time to come.
TO_ONE_CONTACT = Pace(timedelta(seconds=6), 45)
