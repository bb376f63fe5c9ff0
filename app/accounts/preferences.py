"""What each attendant chooses for themselves."""

from collections.abc import Iterable
from dataclasses import dataclass, fields
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.models import UNDO_SECONDS, TextSize, Theme, User, Wallpaper
from app.accounts.users import clean_name
from app.errors import Invalid
from app.i18n import LOCALES, N_
from app.live.events import Change, EventKind, announce

CHOICES: dict[str, Iterable[Any]] = {
    "theme": Theme,
    "wallpaper": Wallpaper,
    "text_size": TextSize,
    "undo_send_seconds": UNDO_SECONDS,
}


@dataclass(frozen=True)
class Preferences:
    """What a form asked for, choices as they were written; None leaves a setting as it is."""

    name: str | None = None
    locale: str | None = None
    theme: str | None = None
    wallpaper: str | None = None
    text_size: str | None = None
    undo_send_seconds: str | None = None
    blue_ticks: bool | None = None
    silences_claude: bool | None = None
    enter_sends: bool | None = None
    link_previews: bool | None = None
    keeps_archived: bool | None = None
    alert_shows_text: bool | None = None
    alert_for_messages: bool | None = None
    alert_for_reactions: bool | None = None
    sound_in: bool | None = None
    sound_out: bool | None = None


TEXTS = ("name", "locale", *CHOICES)
SWITCHES = tuple(one.name for one in fields(Preferences) if one.name not in TEXTS)


async def save(session: AsyncSession, user: User, wanted: Preferences) -> None:
    """Keep what was chosen and tell this attendant's open tabs; raises Invalid with the field."""
    if wanted.name is not None and (name := clean_name(wanted.name)) != user.name:
        user.name = name
        announce(session, Change(EventKind.ATTENDANT_CHANGED))  # everybody sees names of colleagues
    if wanted.locale is not None:
        if wanted.locale not in LOCALES:
            raise Invalid(N_("Choose one of the languages."), field="locale")
        user.locale = wanted.locale
    for setting in CHOICES:
        if (written := getattr(wanted, setting)) is not None:
            setattr(user, setting, chosen(setting, written))
    for setting in SWITCHES:
        if (is_on := getattr(wanted, setting)) is not None:
            setattr(user, setting, is_on)
    announce(session, Change(EventKind.ATTENDANT_CHANGED, user_id=user.id))


def chosen(setting: str, written: str) -> Any:
    """The choice that was written; raises Invalid for what is none."""
    for choice in CHOICES[setting]:
        if str(choice) == written:
            return choice
    raise Invalid(N_("Choose one of these."), field=setting)
