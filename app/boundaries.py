"""The places at which a crash is tried: between any two of them everything that was promised must hold.

Each is named once here and passed in the code. `passed` does nothing unless a test asks for it in the environment:
RECADO_ENV=test and RECADO_DIE_AT="NAME" or "NAME:N" end the process by SIGKILL at the N-th passing, so not even a
`finally` runs.
"""

import os
import signal
from collections.abc import Callable
from enum import StrEnum


class Boundary(StrEnum):
    """In the order in which a message passes them."""

    # From Meta's POST to its answer
    BODY_READ = "webhook.body_read"
    SIGNATURE_RIGHT = "webhook.signature_right"
    PARSED = "webhook.parsed"
    BEGUN = "webhook.begun"
    JOURNALED = "webhook.journaled"
    CONTACT_KNOWN = "webhook.contact_known"
    MESSAGE_STORED = "webhook.message_stored"
    COUNTED = "webhook.counted"
    JOB_ASKED_FOR = "webhook.job_asked_for"
    EVENTS_LOGGED = "webhook.events_logged"
    COMMITTED = "webhook.committed"
    BUS_TOLD = "webhook.bus_told"
    ANSWERED = "webhook.answered"
    CONNECTION_CLOSED = "webhook.connection_closed"

    # From a job to Claude's answer in the queue
    TURN_CLAIMED = "turn.claimed"
    CONTEXT_READ = "turn.context_read"
    CLAUDE_ASKED = "turn.claude_asked"
    FIRST_PIECE = "turn.first_piece"
    LATER_PIECE = "turn.later_piece"
    LAST_PIECE = "turn.last_piece"
    ENDING_BEGUN = "turn.ending_begun"
    OWNER_CHECKED = "turn.owner_checked"
    ANSWER_QUEUED = "turn.answer_queued"
    TURN_DONE = "turn.done"
    TURN_COMMITTED = "turn.committed"
    TURN_TOLD = "turn.told"

    # From a queued delivery to its tick
    DELIVERY_CLAIMED = "delivery.claimed"
    CLAIM_COMMITTED = "delivery.claim_committed"
    LEASE_CHECKED = "delivery.lease_checked"
    REQUEST_WRITTEN = "delivery.request_written"
    HEADERS_READ = "delivery.headers_read"
    ANSWER_READ = "delivery.answer_read"
    WAMID_STORED = "delivery.wamid_stored"
    OUTCOME_COMMITTED = "delivery.outcome_committed"
    OUTCOME_TOLD = "delivery.outcome_told"

    # A status report
    REPORT_KEPT = "status.report_kept"
    STATUS_RAISED = "status.raised"
    STATUS_COMMITTED = "status.committed"
    STATUS_TOLD = "status.told"

    # A file that a customer sent
    MEDIA_LOCATED = "media.located"
    MEDIA_STREAMED = "media.streamed"
    MEDIA_VERIFIED = "media.verified"
    MEDIA_RENAMED = "media.renamed"
    MEDIA_COMMITTED = "media.committed"


def dying_at(wish: str) -> Callable[[Boundary], None]:
    """What ends this process at the boundary that `wish` names, at its N-th passing (the first, unless told)."""
    name, _, times = wish.partition(":")
    fatal, left = Boundary(name), int(times or 1)

    def reach(at: Boundary) -> None:
        nonlocal left
        if at is fatal:
            left -= 1
            if left == 0:
                os.kill(os.getpid(), signal.SIGKILL)

    return reach


def arm(wish: str) -> None:
    """Have this process die as `wish` says; tests alone may. "" disarms."""
    global _reach
    _reach = dying_at(wish) if wish and os.environ.get("RECADO_ENV") == "test" else None


_reach: Callable[[Boundary], None] | None = None
arm(os.environ.get("RECADO_DIE_AT", ""))


def passed(at: Boundary) -> None:
    """The program is there now. Does nothing but in a fault test."""
    if _reach is not None:
        _reach(at)
