"""What a batch of events may call attendants by: the desktop notifications, before anybody in particular is looked at."""

from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from app import clock
from app.accounts.models import User
from app.attention import counting
from app.conversations.listing import Row
from app.conversations.models import Direction
from app.conversations.seen import Seen
from app.conversations.thread import Bubble
from app.live.events import Event
from app.live.redraw import Redraw

ALERT_WITHIN = timedelta(seconds=15)  # older news is caught up on quietly
BubblesOf = Callable[[Event], Awaitable[Sequence[Bubble]]]


@dataclass(frozen=True)
class Call:
    """A customer's message, their emoji on one of ours, or a note that names the reader; or, with `bubble` None, that
    people were called, or that this reader was given the conversation."""

    conversation_id: int
    bubble: Bubble | None
    emoji: str = ""
    is_assignment: bool = False
    names_reader: bool = False

    def concerns(self, user: User, row: Row, seen: Seen) -> bool:
        """Whether this reader is told; `seen`: their part of the row."""
        if self.bubble is None or self.names_reader:
            return True
        return seen.calls(by_reaction=bool(self.emoji)) and counting.concerns(user, row.conversation)


async def calls_in(redraw: Redraw, rows: Mapping[int, object], bubbles_of: BubblesOf) -> list[Call]:
    """Of what happened just now in the conversations of `rows`."""
    fresh = clock.now() - ALERT_WITHIN

    def newest(events: Mapping[int, Event]) -> Iterator[tuple[int, Event]]:
        for event in events.values():
            if event.conversation_id is not None and event.conversation_id in rows and event.at >= fresh:
                yield event.conversation_id, event

    calls = [Call(one, None) for one, _event in newest(redraw.handed_over)]
    calls += [Call(one, None, is_assignment=True) for one, _event in newest(redraw.assigned)]
    for one, event in newest(redraw.added):
        calls += [Call(one, bubble) for bubble in (await bubbles_of(event))[:1] if is_theirs(bubble)]
    for one, event in newest(redraw.reacted):
        for bubble in (await bubbles_of(event))[:1]:
            emoji = next((put.emoji for put in reversed(bubble.reactions) if not put.by_us), "")
            if emoji and bubble.message.direction == Direction.OUT:
                calls.append(Call(one, bubble, emoji))
    for one, event in newest(redraw.mentioned):
        calls += [Call(one, note, names_reader=True) for note in (await bubbles_of(event))[:1]]
    return calls


def is_theirs(bubble: Bubble) -> bool:
    return bubble.message.direction == Direction.IN
