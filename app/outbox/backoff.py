"""How long a message that did not leave waits before its next try."""

from datetime import timedelta

from app.whatsapp.graph_errors import USUAL, GraphError

GIVE_UP_AFTER = timedelta(hours=1)


def patience_with(error: GraphError | None) -> timedelta:
    """How long after it was queued a message may still be tried: an hour, and twice what its error makes it wait first."""
    first = timedelta(seconds=error.meaning.backoff.first_seconds) if error else timedelta()
    return max(GIVE_UP_AFTER, 2 * first)


def wait_before(
    tries: int, error: GraphError | None, retry_after_seconds: float | None, jitter: float
) -> float | None:
    """Seconds until try number `tries` + 1; None when another try is pointless.

    `error` None: WhatsApp was not reached at all. `jitter` in 0..1 makes the wait up to half as long again.
    """
    wait = USUAL.seconds(tries, jitter) if error is None else error.retry_after_seconds(tries, jitter)
    return None if wait is None else max(wait, retry_after_seconds or 0.0)
