"""What each attendant chooses for themselves."""

from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.models import User
from app.accounts.users import clean_name
from app.errors import Invalid
from app.i18n import LOCALES, N_
from app.live.events import Change, EventKind, announce


@dataclass(frozen=True)
class Preferences:
    """What a form asked for; None leaves a setting as it is."""

    name: str | None = None
    locale: str | None = None
    blue_ticks: bool | None = None
    silences_claude: bool | None = None
    alert_shows_text: bool | None = None


async def save(session: AsyncSession, user: User, wanted: Preferences) -> None:
    """Keep what was chosen and tell this attendant's open tabs; raises Invalid with the field."""
    if wanted.name is not None and (name := clean_name(wanted.name)) != user.name:
        user.name = name
        announce(session, Change(EventKind.ATTENDANT_CHANGED))  # everybody sees names of colleagues
    if wanted.locale is not None:
        if wanted.locale not in LOCALES:
            raise Invalid(N_("Choose one of the languages."), field="locale")
        user.locale = wanted.locale
    for setting in ("blue_ticks", "silences_claude", "alert_shows_text"):
        choice = getattr(wanted, setting)
        if choice is not None:
            setattr(user, setting, choice)
    announce(session, Change(EventKind.ATTENDANT_CHANGED, user_id=user.id))
