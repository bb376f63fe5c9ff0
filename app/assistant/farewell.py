"""What the customer hears before a person answers: always something, with when that will be."""

from collections.abc import Iterable
from contextlib import suppress
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncSession

from app import clock
from app.conversations import handoff, outgoing, replying
from app.conversations.handoff import HandoffReason
from app.conversations.models import Author, Conversation
from app.errors import Invalid
from app.i18n import DEFAULT_LOCALE, N_, catalogue
from app.installation import installation
from app.opening_hours import OpeningHours, expectation

HANDOFF_TEXT = N_("One moment, please: a person from our team will continue with you here.")
SILENT = N_("All right: no more automatic answers here. Our team still reads what you write.")
ONLY_TEXT = N_(
    "I can only read text here. A person from our team will listen to your voice message and continue with you."
)
LONGEST = 1000  # characters of the owner's own sentence
LOCALES = {"pt": "pt_BR", "en": "en", "es": "es"}  # by the language of a briefing


async def leave_to_people(
    session: AsyncSession, conversation: Conversation, reason: HandoffReason, zone: ZoneInfo
) -> None:
    """A rule gives the conversation to people; the customer hears of it, if anything can be sent."""
    await say_unasked(session, conversation, await farewell(session, (), "", zone, clock.now()))
    await handoff.hand_over(session, conversation, reason)


async def say_unasked(session: AsyncSession, conversation: Conversation, bubbles: Iterable[str]) -> None:
    """Said in Claude's place without a turn of its own; nothing, where nothing can be sent."""
    with suppress(Invalid):
        for bubble in bubbles:
            await replying.put(session, conversation, outgoing.text(bubble), author=Author.CLAUDE)


async def farewell(
    session: AsyncSession, said: tuple[str, ...], language: str, zone: ZoneInfo, now: datetime
) -> tuple[str, ...]:
    """Claude's own bubbles, else the owner's sentence or ours; what to expect of the team stands in the last one."""
    here, locale = await installation(session), LOCALES.get(language, DEFAULT_LOCALE)
    ours = here.handoff_text.strip()[:LONGEST] or catalogue(locale).gettext(HANDOFF_TEXT)
    *before, last = said or (ours,)
    hours = OpeningHours(here.opening_hours)
    expected = expectation(hours, here.expected_wait_minutes, now.astimezone(zone), locale)
    return (*before, f"{last}\n\n{expected}".strip())
