"""Where a browser without an open tab can be called."""

from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base

LONGEST_ENDPOINT = 1000


class PushSubscription(Base):
    """One browser at its push service. It belongs to a sign-in: signing out ends it.

    `p256dh` and `auth` are the browser's public key (an uncompressed P-256 point) and secret, in URL-safe base64.
    """

    __tablename__ = "push_subscription"

    id: Mapped[int] = mapped_column(primary_key=True)
    sign_in_id: Mapped[int] = mapped_column(ForeignKey("sign_in.id", ondelete="CASCADE"), unique=True)
    endpoint: Mapped[str] = mapped_column(String(LONGEST_ENDPOINT), unique=True)
    p256dh: Mapped[str] = mapped_column(String(100))
    auth: Mapped[str] = mapped_column(String(40))
    created_at: Mapped[datetime]
