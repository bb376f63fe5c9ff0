"""What was said in a conversation that stands in no database: typed into the playground, written in a file, or redacted."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from app.assistant.waiting import WRITTEN, Waiting
from app.conversations.models import Author, Direction, Message
from app.outbox.delivery import DeliveryStatus
from app.transcribing.models import HEARD


@dataclass(frozen=True)
class Spoken:
    """One message. `type`: WhatsApp's word; of what is no text, `text` is the caption, of a voice message what is said."""

    by: Author
    text: str
    at: datetime
    type: str = "text"

    @property
    def is_customers(self) -> bool:
        return self.by == Author.CONTACT

    @property
    def is_words(self) -> bool:
        return self.type in WRITTEN or (self.type in HEARD and not self.is_unheard)

    @property
    def is_unheard(self) -> bool:
        return self.type in HEARD and not self.text.strip()

    def as_message(self, position: int) -> Message:
        """As the rest of the program reads it; never stored."""
        return Message(
            id=position,
            position=position,
            direction=Direction.IN if self.is_customers else Direction.OUT,
            author=self.by,
            user_id=None,
            type=self.type,
            body="" if self.type in HEARD else self.text,
            content={},
            beside={},
            sent_at=self.at,
            stored_at=self.at,
            status=None if self.is_customers else DeliveryStatus.READ,
        )


def messages_of(said: Sequence[Spoken]) -> list[Message]:
    return [one.as_message(position) for position, one in enumerate(said, start=1)]


def said_aloud(said: Sequence[Spoken]) -> dict[int, str]:
    """What voice messages say, by the ids that `messages_of` gives them."""
    return {
        position: one.text for position, one in enumerate(said, start=1) if one.type in HEARD and one.is_words
    }


def waiting_in(said: Sequence[Spoken]) -> Waiting | None:
    """What the customer has said since anybody answered; None when nothing waits."""
    if not said or not said[-1].is_customers:
        return None
    answered = max((place for place, one in enumerate(said, start=1) if not one.is_customers), default=0)
    oldest, newest = said[answered].at, said[-1].at
    return Waiting(answered, len(said), None, oldest, newest, None, may_restart=False)
