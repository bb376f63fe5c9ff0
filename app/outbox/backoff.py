"""How long a message that did not leave waits before its next try."""

from datetime import timedelta

from app.whatsapp.graph_errors import GraphError

GIVE_UP_AFTER = timedelta(hours=1)
FIRST_WAIT_SECONDS = 1.0
LONGEST_WAIT_SECONDS = 300.0


def wait_before(tries: int, error: GraphError | None, retry_after_seconds: float | None, jitter: float) -> float | None:
    """Seconds until try number `tries` + 1; None when another try is pointless.

    `error` None: WhatsApp was not reached at all. `jitter` in 0..1 spreads the waits by ± 30 %.
    """
    if error is None:
        wait: float | None = min(FIRST_WAIT_SECONDS * 2 ** min(tries - 1, 20), LONGEST_WAIT_SECONDS)
        wait = wait * (0.7 + 0.6 * jitter) if wait is not None else None
    else:
        wait = error.retry_after_seconds(tries, jitter)
    if wait is None:
        return None
    return max(wait, retry_after_seconds or 0.0)
