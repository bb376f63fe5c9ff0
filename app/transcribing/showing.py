"""What is shown and read of voice messages that were written down: below their bubble, by search, by Claude."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import bindparam, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.conversations.models import Message
from app.db import table_of
from app.i18n import N_
from app.transcribing.models import HEARD, Failure, Transcript, TranscriptState

ASK_ADMIN = N_(
    "This voice message could not be transcribed. Ask an admin to check the transcriber's settings."
)
WORDS: dict[str, str] = {
    Failure.TOO_LONG: N_("This voice message is too long to be transcribed."),
    Failure.DAMAGED: N_("This voice message could not be opened, so it was not transcribed."),
    Failure.NO_ANSWER: N_("The transcriber did not answer."),
    Failure.REFUSED: ASK_ADMIN,
    Failure.NONSENSE: ASK_ADMIN,
}
COMING = N_("Transcribing…")
NOTHING_SAID = N_("No words were heard in this voice message.")
UNKNOWN = N_("This voice message could not be transcribed.")

TRANSCRIPTS = table_of(Transcript)
OF_MESSAGES = select(*TRANSCRIPTS.c["message_id", "state", "text", "failure"]).where(
    TRANSCRIPTS.c.message_id.in_(bindparam("messages", expanding=True))
)


@dataclass(frozen=True)
class Shown:
    """`text`: what is said. `words`: an English sentence that stands where there is none."""

    text: str
    words: str = ""
    is_coming: bool = False
    may_ask_again: bool = False


async def shown_with(session: AsyncSession, messages: Sequence[Message]) -> dict[int, Shown]:
    """By message id; asks nothing when none can be heard."""
    heard = [message.id for message in messages if message.type in HEARD]
    if not heard:
        return {}
    rows = await session.execute(OF_MESSAGES, {"messages": heard})
    return {row.message_id: shown(row.state, row.text, row.failure) for row in rows}


def shown(state: str, text: str, failure: str | None) -> Shown:
    match state:
        case TranscriptState.WAITING:
            return Shown("", COMING, is_coming=True)
        case TranscriptState.DONE:
            return Shown(text, "" if text else NOTHING_SAID)
    words = WORDS.get(failure or "", UNKNOWN)
    return Shown("", words, may_ask_again=failure != Failure.TOO_LONG)


async def said_aloud(session: AsyncSession, messages: Sequence[Message]) -> dict[int, str]:
    """The words of those that were written down and say something, by message id."""
    return {one: shown.text for one, shown in (await shown_with(session, messages)).items() if shown.text}
