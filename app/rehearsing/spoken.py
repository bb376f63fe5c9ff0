"""What was said in a conversation that stands in no database: typed into the playground, written in a file, or redacted."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from app.assistant.waiting import Waiting
from app.conversations.models import Author, Direction, Message
from app.outbox.delivery import DeliveryStatus


@dataclass(frozen=True)
class Spoken:
    """One message. `type`: WhatsApp's word; of what is no text, `text` is the caption."""

    by: Author
    text: str
    at: datetime
    type: str = "text"

    @property
    def is_customers(self) -> bool:
        return self.by == Author.CONTACT

    def as_message(self, position: int) -> Message:
        """As the rest of the program reads it; never stored."""
        return Message(
            id=position,
            position=position,
            direction=Direction.IN if self.is_customers else Direction.OUT,
            author=self.by,
            user_id=None,
            type=self.type,
            body=self.text,
            content={},
            beside={},
            sent_at=self.at,
            stored_at=self.at,
            status=None if self.is_customers else DeliveryStatus.READ,
        )


def messages_of(said: Sequence[Spoken]) -> list[Message]:
    return [one.as_message(position) for position, one in enumerate(said, start=1)]


def waiting_in(said: Sequence[Spoken]) -> Waiting | None:
    """What the customer has said since anybody answered; None when nothing waits."""
    if not said or not said[-1].is_customers:
        return None
    answered = max((place for place, one in enumerate(said, start=1) if not one.is_customers), default=0)
    oldest, newest = said[answered].at, said[-1].at
    return Waiting(answered, len(said), None, oldest, newest, None, may_restart=False)
