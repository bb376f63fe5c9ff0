"""Who may sign in, and from where they did."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base


class Role(StrEnum):
    ATTENDANT = "attendant"
    SUPERVISOR = "supervisor"
    ADMIN = "admin"


class User(Base):
    """An attendant, a supervisor or an admin, with their own settings."""

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
    silences_claude: Mapped[bool] = mapped_column(
        default=False
    )  # no count, no alert for what Claude is handling
    alert_shows_text: Mapped[bool] = mapped_column(default=True)

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
