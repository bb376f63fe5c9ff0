"""The one seam for randomness that is not secret: jitter of waits, so that many do not come at once."""

import random

_source = random.Random()


def between(low: float, high: float) -> float:
    return _source.uniform(low, high)


def seed(value: int) -> None:
    """Make the waits repeatable (tests)."""
    _source.seed(value)
