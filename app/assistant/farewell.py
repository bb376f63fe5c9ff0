"""What the customer hears before a person answers: always something, with when that will be."""

from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncSession

from app.i18n import DEFAULT_LOCALE, N_, catalogue
from app.installation import installation
from app.opening_hours import OpeningHours, expectation

HANDOFF_TEXT = N_("One moment, please: a person from our team will continue with you here.")
LONGEST = 1000  # characters of the owner's own sentence
LOCALES = {"pt": "pt_BR", "en": "en", "es": "es"}  # by the language of a briefing


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
