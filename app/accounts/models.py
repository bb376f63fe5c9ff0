"""Who may sign in, and from where they did."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, String, text, true
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base


class Role(StrEnum):
    ATTENDANT = "attendant"
    SUPERVISOR = "supervisor"
    ADMIN = "admin"


class Theme(StrEnum):
    SYSTEM = "system"  # light or dark as the device says
    LIGHT = "light"
    DARK = "dark"


class Wallpaper(StrEnum):
    """What lies behind the bubbles: our pattern, one colour, or the pattern on a tinted ground."""

    DOODLE = "doodle"
    PLAIN = "plain"
    MINT = "mint"
    SKY = "sky"
    LILAC = "lilac"
    ROSE = "rose"


class TextSize(StrEnum):
    """Of messages: 13, 15 or 17 px."""

    SMALL = "small"
    MEDIUM = "medium"
    LARGE = "large"


UNDO_SECONDS = (0, 3, 5)  # how long a message may wait to be taken back; 0: it leaves at once


class User(Base):
    """An attendant, a supervisor or an admin, with their own settings (`accounts/preferences.py`)."""

    __tablename__ = "user"

    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(String(254), unique=True)  # lower case
    name: Mapped[str] = mapped_column(String(120))
    role: Mapped[str] = mapped_column(String(20))
    password_hash: Mapped[str] = mapped_column(String(200))
    locale: Mapped[str] = mapped_column(String(10), default="pt_BR")
    is_active: Mapped[bool] = mapped_column(default=True)
    created_at: Mapped[datetime]
    blue_ticks: Mapped[bool] = mapped_column(default=False)
    # Neither counted nor alerted to: what Claude is handling.
    silences_claude: Mapped[bool] = mapped_column(default=False)
    theme: Mapped[str] = mapped_column(String(10), default=Theme.SYSTEM, server_default=Theme.SYSTEM)
    wallpaper: Mapped[str] = mapped_column(
        String(10), default=Wallpaper.DOODLE, server_default=Wallpaper.DOODLE
    )
    text_size: Mapped[str] = mapped_column(
        String(10), default=TextSize.MEDIUM, server_default=TextSize.MEDIUM
    )
    enter_sends: Mapped[bool] = mapped_column(default=True, server_default=true())
    undo_send_seconds: Mapped[int] = mapped_column(default=0, server_default="0")
    link_previews: Mapped[bool] = mapped_column(default=True, server_default=true())
    keeps_archived: Mapped[bool] = mapped_column(default=True, server_default=true())
    alert_shows_text: Mapped[bool] = mapped_column(default=True)
    alert_for_messages: Mapped[bool] = mapped_column(default=True, server_default=true())
    alert_for_reactions: Mapped[bool] = mapped_column(default=True, server_default=true())
    sound_in: Mapped[bool] = mapped_column(default=True, server_default=true())
    sound_out: Mapped[bool] = mapped_column(default=True, server_default=true())
    shortcuts: Mapped[dict[str, Any]] = mapped_column(default=dict, server_default=text("'{}'"))

    @property
    def is_admin(self) -> bool:
        return self.role == Role.ADMIN


class SignIn(Base):
    """One signed-in browser. The cookie holds a random token; only its SHA-256 is kept."""

    __tablename__ = "sign_in"

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"), index=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    created_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    listened_at: Mapped[datetime | None]  # when a tab of it was last known to be connected; None: closed
