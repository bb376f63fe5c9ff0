"""What a batch of events shows to whoever may see it, before each reader's own part."""

from collections.abc import Sequence
from dataclasses import dataclass

from app.accounts.models import User
from app.conversations.listing import Row
from app.conversations.seen import Seen
from app.live.calls import Call
from app.live.events import Event
from app.outbox.troubles import NumberState


@dataclass(frozen=True)
class Shown:
    """What a batch of events shows beside bubbles. Rows and heads by conversation, with the newest event that redraws them."""

    rows: dict[int, tuple[Event, Row]]
    heads: dict[int, tuple[Event, Row]]
    calls: Sequence[Call]
    stopped: Sequence[NumberState]

    def calls_for(self, user: User, seen: Sequence[Seen]) -> tuple[int, ...]:
        """The places in `calls` of those that concern this reader; `seen`: their part of each row."""
        parts = dict(zip(self.rows, seen, strict=True))
        return tuple(
            place
            for place, call in enumerate(self.calls)
            if call.concerns(user, self.rows[call.conversation_id][1], parts[call.conversation_id])
        )
