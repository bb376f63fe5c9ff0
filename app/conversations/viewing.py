"""One photo or video of a thread as it is looked at alone, with its neighbours."""

from collections.abc import Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.models import User
from app.conversations import about, message_marks, shared
from app.conversations.models import Conversation
from app.conversations.quotes import Quote, quotes_of
from app.conversations.shared import Kind, Thing
from app.errors import NotFound
from app.media import showing

BESIDE = 8  # small pictures to either side


@dataclass(frozen=True)
class View:
    """`said` is the message and who said it; `row` holds it and its neighbours, from old to new. `is_starred` by the reader."""

    shown: Thing
    said: Quote
    row: Sequence[Thing]
    is_starred: bool

    @property
    def place(self) -> int:
        return self.row.index(self.shown)

    @property
    def previous(self) -> Thing | None:
        return self.row[self.place - 1] if self.place else None

    @property
    def next(self) -> Thing | None:
        return self.row[self.place + 1] if self.place + 1 < len(self.row) else None


async def of(
    session: AsyncSession, reader: User, conversation: Conversation, message_id: int, zone: ZoneInfo
) -> View:
    """Raises NotFound for what is no photo or video that is here. What the reader deleted for themselves is left out."""
    message = await about.message_in(session, conversation, message_id)
    files = await showing.shown_with(session, [message])
    shown = shared.thing_of(Kind.MEDIA, message, files.get(message_id), zone)
    if Kind.MEDIA not in shared.kinds_of(message) or message.revoked_at or shown is None:
        raise NotFound
    [said] = await quotes_of(session, [message])
    older = await shared.beside(session, message, zone, BESIDE, later=False)
    newer = await shared.beside(session, message, zone, BESIDE, later=True)
    row = [*older[::-1], shown, *newer]
    marks = await message_marks.marks_on(session, reader.id, [thing.message.id for thing in row])
    left = [thing for thing in row if thing is shown or thing.message.id not in marks.hidden]
    return View(shown, said, left, message_id in marks.starred)
